import { toJson } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { QuotaSchema } from "../../gen/parley/v1/quota_service_pb.js";
import { quotaView } from "./quota-view.ts";

const none = { limit: undefined, used: 3 };

it("shows what is limited, and how it stands", () => {
  const limit = { subject: "key", kind: "bytes", perMinute: 100, burst: 10 } as const;
  const quota = quotaView(
    { name: "free", rates: [limit] },
    [{ limit, remaining: 7, fullInMs: 1801 }],
    { sessions: { limit: 5, used: 2 }, openRuns: none, watches: { limit: 1, used: 3 } },
  );
  expect(toJson(QuotaSchema, quota)).toEqual({
    plan: "free",
    rates: [
      {
        subject: "RATE_SUBJECT_KEY",
        kind: "RATE_KIND_BYTES",
        limit: 100,
        burst: 10,
        remaining: 7,
        resetSeconds: 2,
      },
    ],
    sessions: { limit: 5, used: 2 },
    watches: { limit: 1, used: 1 },
  });
});

it("shows nothing where nothing is limited", () => {
  const quota = quotaView(undefined, [], { sessions: none, openRuns: none, watches: none });
  expect(toJson(QuotaSchema, quota)).toEqual({});
});
