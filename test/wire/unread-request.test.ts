import { once } from "node:events";
import http2 from "node:http2";
import { gzipSync } from "node:zlib";
import { fromBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../gen/google/rpc/status_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { openServer, type TestServer } from "./server-fixture.ts";

// What is wrong with a message is the caller's mistake, whatever the library calls it.

const GET_SESSION = `/${SessionService.typeName}/GetSession`;
const WATCH = `/${ConversationService.typeName}/WatchSession`;

let server: TestServer;
let session: http2.ClientHttp2Session;
beforeAll(async () => {
  server = await openServer({ maxBodyBytes: 1000 });
  session = http2.connect(server.url);
});
afterAll(async () => {
  session.destroy();
  await server.close();
});

/** Field 1 of length 5, of which only one byte comes. */
const CUT_MESSAGE = Buffer.from([0x0a, 0x05, 0x61]);
const BAD_UTF8 = Buffer.from([0x0a, 0x01, 0xff]);
const CUT_GZIP = gzipSync(Buffer.alloc(500, "a")).subarray(0, 15);

function envelope(data: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(data.length, 1);
  return Buffer.concat([head, data]);
}

async function post(path: string, type: string, body: Buffer, headers = {}) {
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": type,
    ...headers,
  });
  const trailers: Record<string, unknown> = {};
  stream.on("trailers", (all) => Object.assign(trailers, all));
  stream.end(body);
  const [head] = await once(stream, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { status: head[":status"], head, trailers, body: Buffer.concat(chunks) };
}

const unaryConnect: [string, string, Buffer, object][] = [
  ["a cut message", "application/proto", CUT_MESSAGE, {}],
  ["text that is no UTF-8", "application/proto", BAD_UTF8, {}],
  ["a cut gzip", "application/proto", CUT_GZIP, { "content-encoding": "gzip" }],
  ["no gzip at all", "application/json", Buffer.from("{}"), { "content-encoding": "gzip" }],
  ["no JSON", "application/json", Buffer.from("{"), {}],
  ["JSON of another type", "application/json", Buffer.from('{"sessionId":1}'), {}],
  ["half a surrogate pair", "application/json", Buffer.from('{"sessionId":"\\ud800"}'), {}],
  ["half a surrogate pair as a whole", "application/json", Buffer.from('"\\ud800"'), {}],
  ["a timeout that is none", "application/json", Buffer.from("{}"), { "connect-timeout-ms": "x" }],
];

describe("a unary call over Connect", () => {
  it.each(unaryConnect)("with %s is invalid_argument", async (_what, type, body, headers) => {
    const answer = await post(GET_SESSION, type, body, headers);
    expect(answer.status).toBe(400);
    const error = JSON.parse(answer.body.toString());
    expect(error.code).toBe("invalid_argument");
    const [info] = error.details;
    const { reason, domain } = fromBinary(ErrorInfoSchema, Buffer.from(info.value, "base64"));
    expect([reason, domain]).toEqual(["invalid_argument", "parley"]);
  });

  it("that is too large says so with its reason", async () => {
    const answer = await post(GET_SESSION, "application/proto", Buffer.alloc(2000));
    const error = JSON.parse(answer.body.toString());
    expect(error.code).toBe("resource_exhausted");
    const { reason } = fromBinary(ErrorInfoSchema, Buffer.from(error.details[0].value, "base64"));
    expect(reason).toBe("payload_too_large");
  });

  it.each(["base64=1&message=!!!", "base64=1&message=a"])(
    "by GET with %s is 400",
    async (query) => {
      const response = await fetch(
        `${server.url}${GET_SESSION}?encoding=proto&connect=v1&${query}`,
      );
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: "invalid_argument" });
    },
  );
});

describe.each([
  ["gRPC", "application/grpc"],
  ["gRPC-Web", "application/grpc-web"],
])("over %s", (_name, type) => {
  /** Trailers of gRPC, or of the last envelope of gRPC-Web. */
  async function status(path: string, body: Buffer, headers = {}) {
    const answer = await post(path, type, body, { te: "trailers", ...headers });
    const trailers = new Headers();
    if (type === "application/grpc") {
      for (const name of ["grpc-status", "grpc-status-details-bin"]) {
        trailers.set(name, String(answer.trailers[name] ?? ""));
      }
    } else {
      const at = answer.body.indexOf(0x80);
      for (const line of answer.body
        .subarray(at + 5)
        .toString()
        .trim()
        .split("\r\n")) {
        trailers.set(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1));
      }
    }
    const details = Buffer.from(trailers.get("grpc-status-details-bin") ?? "", "base64");
    const [info] = fromBinary(StatusSchema, details).details;
    const reason = info && fromBinary(ErrorInfoSchema, info.value).reason;
    return { code: Number(trailers.get("grpc-status")), reason };
  }

  it.each([
    ["a cut message", GET_SESSION, envelope(CUT_MESSAGE), {}],
    ["a cut message to a stream", WATCH, envelope(CUT_MESSAGE), {}],
    ["compression nobody named", GET_SESSION, envelope(CUT_GZIP, 1), {}],
    ["a cut gzip", GET_SESSION, envelope(CUT_GZIP, 1), { "grpc-encoding": "gzip" }],
    ["a cut envelope", GET_SESSION, envelope(CUT_MESSAGE).subarray(0, 6), {}],
  ])("%s is invalid_argument", async (_what, path, body, headers) => {
    const expected = { code: Code.InvalidArgument, reason: "invalid_argument" };
    expect(await status(path, body, headers)).toEqual(expected);
  });

  it("one that is late already is deadline_exceeded, whatever it says", async () => {
    const expected = { code: Code.DeadlineExceeded, reason: "deadline_exceeded" };
    const headers = { "grpc-timeout": "0n" };
    expect(await status(GET_SESSION, envelope(CUT_MESSAGE), headers)).toEqual(expected);
  });

  it("no message at all is unimplemented, as gRPC wants it", async () => {
    const expected = { code: Code.Unimplemented, reason: "unimplemented" };
    expect(await status(GET_SESSION, Buffer.alloc(0))).toEqual(expected);
  });
});

it("logs none of it as a failure", () => {
  expect(server.lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});

it("streams both ways over HTTP/1.1 are 505 with words", async () => {
  const response = await fetch(`${server.url}/${ServerReflection.typeName}/ServerReflectionInfo`, {
    method: "POST",
    headers: { "content-type": "application/connect+json" },
    body: "",
  });
  expect(response.status).toBe(505);
  expect(response.headers.get("connection")).toBe("close");
  expect(await response.json()).toMatchObject({ error: "unimplemented", code: 505 });
});
