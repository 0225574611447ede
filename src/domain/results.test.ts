import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { TaskCompletedSchema } from "../../gen/parley/v1/task_event_pb.js";
import { refuseOtherFormats, resultsOf } from "./results.ts";
import { submittedTask } from "./testing/task-events.ts";

const results = (value: MessageInitShape<typeof TaskCompletedSchema>, task = false) =>
  resultsOf("s", create(TaskCompletedSchema, value), task ? submittedTask() : undefined);

describe("the results of a session", () => {
  it("are as the worker gave them", () => {
    expect(
      results({
        result: "text",
        results: { sections: [1] },
        summary: "short",
        citations: [{ title: "a" }],
        confidenceScore: 0.5,
        followOn: { next: "b" },
      }),
    ).toMatchObject({
      sessionId: "s",
      results: { sections: [1] },
      summary: "short",
      citations: [{ title: "a" }],
      confidenceScore: 0.5,
      followOn: { next: "b" },
    });
  });

  it("are made of the text where the worker gave no more", () => {
    const given = results({ result: "text" });
    expect(given).toMatchObject({ results: { output: "text" }, summary: "text", citations: [] });
    expect(given.confidenceScore ?? given.followOn).toBeUndefined();
    expect(results({ result: "text", summary: "", results: {} })).toMatchObject({
      results: {},
      summary: "text",
    });
  });

  it("come with how they came about only where that is asked for", () => {
    const metadata = { trace: "x" };
    expect(results({ metadata }).executionMetadata).toBeUndefined();
    expect(results({ metadata }, true).executionMetadata).toMatchObject({
      task: { taskId: "t1" },
      metadata,
    });
  });
});

describe("the format of results", () => {
  it.each(["", "json", "JSON"])("may be '%s'", (format) => {
    expect(() => refuseOtherFormats(format)).not.toThrow();
  });

  it.each(["markdown", "pdf", "docx", "xml", " json"])("may not be '%s' yet", (format) => {
    expect(() => refuseOtherFormats(format)).toThrow(
      expect.objectContaining({
        reason: "unsupported_format",
        violations: [expect.objectContaining({ field: "format" })],
      }),
    );
  });
});
