import { describe, expect, it } from "vitest";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { runningWorker } from "./testing/running-worker.ts";
import { stale } from "./testing/scripted-service.ts";

const ID = "01a1fd88-0000-7000-8000-000000000001";

describe("a streamed message", () => {
  it("is told while it grows, and appended under its id", async () => {
    const { service, pass, begin } = runningWorker();
    const { job } = await begin("t1");
    const stream = job.stream(ID);
    stream.write("Hello");
    await pass(30);
    stream.write(" world");
    await pass(30);
    const metadata = { model: "m" };
    expect(await stream.end({ tokens: 2, metadata })).toBe(ID);
    expect(service.requests("publishTaskPartial")).toEqual([
      { taskId: "t1", leaseId: "lease-t1", messageId: ID, offset: 0, text: "Hello" },
      { taskId: "t1", leaseId: "lease-t1", messageId: ID, offset: 5, text: " world" },
    ]);
    expect(service.requests("appendTaskOutput")).toMatchObject([
      {
        messages: [
          { role: Role.ASSISTANT, messageId: ID, content: "Hello world", tokens: 2, metadata },
        ],
      },
    ]);
    expect(() => stream.write("more")).toThrow("has ended");
    await expect(stream.end()).rejects.toThrow("has ended");
  });

  it("has a UUIDv7 of its own where none is given", async () => {
    const { begin } = runningWorker();
    const { job } = await begin("t1");
    expect(job.stream().messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
    expect(job.stream().messageId).not.toBe(job.stream().messageId);
  });

  it("without a text and parts is no message", async () => {
    const { service, begin } = runningWorker();
    const { job } = await begin("t1");
    expect(await job.stream().end()).toBeUndefined();
    expect(service.written()).toEqual([]);
    const parts = [{ part: { case: "text" as const, value: "x" } }];
    expect(await job.stream(ID).end({ parts })).toBe(ID);
  });

  it("loses half a character at its end, and nothing else", async () => {
    const { service, begin } = runningWorker();
    const { job } = await begin("t1");
    const stream = job.stream();
    stream.write("cut \ud83d");
    await stream.end();
    expect(service.requests("appendTaskOutput")[0].messages[0].content).toBe("cut \ufffd");
  });

  it("that is the result is not said again", async () => {
    const { service, pass, begin } = runningWorker();
    const { job, returns } = await begin("t1");
    const stream = job.stream(ID);
    stream.write("42");
    await stream.end();
    returns("42");
    await pass();
    expect(service.requests("completeTask")).toMatchObject([{ result: "42", resultMessageId: ID }]);
  });

  it("learns from a fragment that the lease is lost", async () => {
    const { service, pass, begin } = runningWorker();
    const { job } = await begin("t1");
    service.always("publishTaskPartial", stale);
    service.always("heartbeat", stale);
    const stream = job.stream();
    stream.write("Hello");
    await pass();
    expect(() => stream.write(" world")).toThrow("lease is lost");
    expect(service.requests("publishTaskPartial")).toHaveLength(1);
  });
});
