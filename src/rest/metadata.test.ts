import { createServer } from "node:http";
import * as http2 from "node:http2";
import { Code, ConnectError, createConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { captureServices } from "./capture.ts";
import { createRest } from "./rest.ts";
import { listen } from "./testing/small-service.ts";

/** Reasons whose status is not that of their code. */
const STATUS_OF: Readonly<Record<string, number>> = {
  insufficient_balance: 402,
  gone_missing: 404,
  taken: 409,
  too_much: 413,
};

let seen: Headers | undefined;

function getSession({ sessionId }: { sessionId: string }, ctx: HandlerContext) {
  seen = ctx.requestHeader;
  if (sessionId in STATUS_OF) {
    const metadata = { "retry-after": "7", "x-told": "yes", "content-length": "1" };
    throw new ConnectError(sessionId, Code.FailedPrecondition, metadata, [
      { desc: ErrorInfoSchema, value: { reason: sessionId, domain: "test" } },
    ]);
  }
  ctx.responseHeader.set("x-told", "yes");
  ctx.responseHeader.set("x-told-bin", "AQID");
  ctx.responseHeader.append("set-cookie", "a=1");
  ctx.responseHeader.append("set-cookie", "b=2");
  ctx.responseHeader.set("content-length", "1");
  ctx.responseHeader.set("connection", "close");
  ctx.responseTrailer.set("x-late", "yes");
  return { session: { sessionId } };
}

const captured = captureServices(createConnectRouter());
captured.router.service(SessionService, { getSession });
const handler = createRest({
  methods: captured.methods,
  errorStatus: ({ rawMessage }) => STATUS_OF[rawMessage],
});
const http1 = createServer(handler);
const h2c = http2.createServer(handler);
let base: string;
let session: http2.ClientHttp2Session;
beforeAll(async () => {
  base = `http://127.0.0.1:${await listen(http1)}`;
  session = http2.connect(`http://127.0.0.1:${await listen(h2c)}`);
});
afterAll(() => {
  session.destroy();
  h2c.close();
  http1.close();
});

describe("request headers", () => {
  const sent = { "x-one": "1", "x-list": "a, b", "x-data-bin": "AQID", "x-latin": "caf\u00e9" };
  const told = () => Object.keys(sent).map((name) => seen?.get(name));

  test("are metadata, whole, over HTTP/1.1", async () => {
    await fetch(`${base}/api/v1/sessions/a`, { headers: sent });
    expect(told()).toEqual(Object.values(sent));
  });

  test("are metadata over h2, without its pseudo-headers", async () => {
    const stream = session.request({ ":path": "/api/v1/sessions/a", ...sent });
    for await (const _chunk of stream);
    expect(told()).toEqual(Object.values(sent));
    expect([...(seen ?? [])].filter(([name]) => name.startsWith(":"))).toEqual([]);
  });
});

test("what a handler sets are headers of the answer; its trailers have no place", async () => {
  const response = await fetch(`${base}/api/v1/sessions/a`);
  expect(response.headers.get("x-told")).toBe("yes");
  expect(response.headers.get("x-told-bin")).toBe("AQID");
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(response.headers.get("x-late")).toBeNull();
  expect(response.headers.get("connection")).toBe("keep-alive");
  expect(await response.json()).toMatchObject({ session_id: "a" });
});

test.each(Object.entries(STATUS_OF))(
  "a reason, %s, has the status %i it is given",
  async (...row) => {
    const [reason, status] = row;
    const response = await fetch(`${base}/api/v1/sessions/${reason}`);
    expect(response.status).toBe(status);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(response.headers.get("x-told")).toBe("yes");
    expect(await response.json()).toEqual({
      code: Code.FailedPrecondition,
      message: reason,
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.ErrorInfo",
          reason,
          domain: "test",
          metadata: {},
        },
      ],
    });
  },
);

test("what no handler saw keeps its status", async () => {
  expect((await fetch(`${base}/api/v1/taken`)).status).toBe(404);
  expect((await fetch(`${base}/api/v1/sessions/taken?x=1`)).status).toBe(400);
});
