import { create, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { Metadata } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../gen/google/rpc/status_pb.js";
import { failureOf } from "./failure.ts";

const INFO = { reason: "stale_lease", domain: "parley" };
const RETRY = { retryDelay: { seconds: 1n, nanos: 500_000_000 } };

function grpcError(code: number, details: string, statusBytes?: Uint8Array): Error {
  const metadata = new Metadata();
  if (statusBytes) metadata.set("grpc-status-details-bin", Buffer.from(statusBytes));
  return Object.assign(new Error(`${code} ABORTED: ${details}`), { code, details, metadata });
}

describe("what a failure says", () => {
  const told = {
    code: Code.Aborted,
    message: "gone; stop",
    reason: "stale_lease",
    retryAfterMs: 1500,
  };

  it("over Connect", () => {
    const details = [
      { desc: RetryInfoSchema, value: RETRY },
      { desc: ErrorInfoSchema, value: INFO },
    ];
    expect(failureOf(new ConnectError("gone; stop", Code.Aborted, {}, details))).toEqual(told);
    expect(failureOf(new ConnectError("x", Code.Unavailable))).toEqual({
      code: Code.Unavailable,
      message: "x",
    });
  });

  it("over grpc-js", () => {
    const status = create(StatusSchema, {
      code: 10,
      message: "gone; stop",
      details: [
        anyPack(RetryInfoSchema, create(RetryInfoSchema, RETRY)),
        anyPack(ErrorInfoSchema, create(ErrorInfoSchema, INFO)),
      ],
    });
    const error = grpcError(10, "gone%3B stop", toBinary(StatusSchema, status));
    expect(failureOf(error)).toEqual(told);
    expect(failureOf(grpcError(14, "x"))).toEqual({ code: Code.Unavailable, message: "x" });
  });

  it("where its details are not to be read", () => {
    const error = grpcError(14, "x", new Uint8Array([255, 255]));
    expect(failureOf(error)).toEqual({ code: Code.Unavailable, message: "x" });
  });

  it.each([
    [new TypeError("oops"), "oops"],
    [Object.assign(new Error("oops"), { code: "ECONNREFUSED" }), "oops"],
    [Object.assign(new Error("oops"), { code: 4711 }), "oops"],
    ["oops", "oops"],
  ])("where it is of nobody's form", (error, message) => {
    expect(failureOf(error)).toEqual({ code: Code.Unknown, message });
  });
});
