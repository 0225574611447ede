import type http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { HttpHandler } from "../../src/server/http.ts";
import { type Listener, type ListenerOptions, listen } from "../../src/server/listener.ts";
import { bodyOf, dribblingProxy, RawSocket, rawRequest } from "./raw-socket.ts";
import { TEST_TLS } from "./tls-fixture.ts";

const GET = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
const GET_AND_CLOSE = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const EMPTY_SETTINGS = "\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000";

const say: HttpHandler = (req, res) => {
  (res as http.ServerResponse).end(`HTTP/${req.httpVersionMajor}`);
};

let listener: Listener;
afterEach(() => listener.close());

async function open(options: Partial<ListenerOptions> = {}): Promise<number> {
  listener = await listen({ host: "127.0.0.1", port: 0, handle: say, ...options });
  return listener.address.port;
}

function getOverHttp2(session: http2.ClientHttp2Session): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/x" });
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk) => {
      text += chunk;
    });
    stream.on("end", () => resolve(text)).on("error", reject);
  });
}

describe("one cleartext port", () => {
  it("speaks HTTP/1.1 and HTTP/2", async () => {
    const port = await open();
    expect(await rawRequest(port, GET_AND_CLOSE)).toMatch(/^HTTP\/1.1 200 OK[\s\S]*HTTP\/1$/);
    const session = http2.connect(`http://127.0.0.1:${port}`);
    expect(await getOverHttp2(session)).toBe("HTTP/2");
    session.close();
  });

  it("speaks both when every byte comes alone", async () => {
    const proxy = await dribblingProxy(await open());
    const { port } = proxy.address() as AddressInfo;
    const raw = await RawSocket.connect(port);
    await raw.dribble(GET);
    await raw.until("HTTP/1");
    const session = http2.connect(`http://127.0.0.1:${port}`);
    expect(await getOverHttp2(session)).toBe("HTTP/2");
    session.destroy();
    raw.socket.destroy();
    proxy.close();
  });

  it("answers a caller who closed its half after the request", async () => {
    const raw = await RawSocket.connect(await open());
    raw.socket.end(GET_AND_CLOSE);
    expect(await raw.untilClosed()).toMatch(/^HTTP\/1.1 200/);
  });

  it.each(["", "PRI * HT"])("closes a connection that says %j and no more", async (said) => {
    const raw = await RawSocket.connect(await open({ limits: { prefaceTimeoutMs: 100 } }));
    const began = performance.now();
    raw.write(said);
    expect(await raw.untilClosed()).toBe("");
    expect(performance.now() - began).toBeGreaterThan(80);
  });

  it("closes a connection that ends before it is decided", async () => {
    const raw = await RawSocket.connect(await open());
    raw.socket.end("PRI * HT");
    expect(await raw.untilClosed()).toBe("");
  });

  it("lives through a connection that breaks before it is decided", async () => {
    const port = await open();
    const raw = await RawSocket.connect(port);
    raw.write("PRI *");
    await new Promise((resolve) => setTimeout(resolve, 20));
    raw.socket.resetAndDestroy();
    expect(await rawRequest(port, GET_AND_CLOSE)).toContain("200 OK");
  });

  it("forgets every connection that closed", async () => {
    const connections = { http1: 0, http2: 0 };
    let most = 0;
    const port = await open({
      onConnection: (change, protocol) => {
        connections[protocol] += change;
        most = Math.max(most, connections.http1 + connections.http2);
      },
    });
    await rawRequest(port, GET_AND_CLOSE);
    const raw = await RawSocket.connect(port);
    raw.write(`${PREFACE}${EMPTY_SETTINGS}`);
    await raw.until(EMPTY_SETTINGS.slice(3, 4));
    // Ends its half without a GOAWAY, as curl does.
    raw.socket.end();
    await expect.poll(() => connections).toEqual({ http1: 0, http2: 0 });
    expect(most).toBe(1);
  });
});

it("closes HTTP/2 connections that were idle for long, with a GOAWAY", async () => {
  const port = await open({ limits: { sessionIdleMs: 100 } });
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const goaway = new Promise((resolve) => session.once("goaway", resolve));
  expect(await getOverHttp2(session)).toBe("HTTP/2");
  expect(await goaway).toBe(http2.constants.NGHTTP2_NO_ERROR);
});

it("cuts callers who reset streams in a flood", async () => {
  const port = await open({
    handle: () => undefined,
    limits: { resetBurst: 50, resetsPerSecond: 1 },
  });
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const closed = new Promise((resolve) =>
    session.on("error", () => undefined).once("close", resolve),
  );
  const flood = setInterval(() => {
    for (let i = 0; i < 100 && !session.closed; i++) {
      const stream = session.request({ ":path": "/x" });
      stream.on("error", () => undefined).close(http2.constants.NGHTTP2_CANCEL);
    }
  }, 10);
  await closed;
  clearInterval(flood);
});

describe("Expect", () => {
  const put = (expect: string, rest = "") =>
    `PUT /x HTTP/1.1\r\nHost: a\r\nExpect: ${expect}\r\nContent-Length: 0\r\n${rest}\r\n`;
  const close = "Connection: close\r\n";

  it("100-continue is answered before the answer", async () => {
    const answer = await rawRequest(await open(), put("100-continue", close));
    expect(answer).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK[\s\S]*HTTP\/1$/);
  });

  it("100-continue behind another request gets into nobody's answer", async () => {
    const port = await open({
      handle: async (_req, res) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        const body = Buffer.from("body");
        (res as http.ServerResponse).writeHead(200, { "content-length": 4 }).end(body);
      },
    });
    const answer = await rawRequest(port, GET + put("100-continue", close));
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
    expect(answer.match(/\r\n\r\nbody/g)).toHaveLength(2);
  });

  it("of anything else is served all the same", async () => {
    const answer = await rawRequest(await open(), put("cake", close));
    expect(answer).toMatch(/^HTTP\/1.1 200 OK/);
  });

  it("is answered over HTTP/2", async () => {
    const session = http2.connect(`http://127.0.0.1:${await open()}`);
    const stream = session.request({ ":path": "/x", ":method": "PUT", expect: "100-continue" });
    const continued = new Promise((resolve) => stream.once("continue", () => resolve(true)));
    stream.end();
    expect(await continued).toBe(true);
    session.destroy();
  });
});

describe("what is no HTTP", () => {
  it("is 400 in the error shape", async () => {
    const told: number[] = [];
    const port = await open({ onUnreadable: (status) => told.push(status) });
    const answer = await rawRequest(port, "\u0000\u0001garbage\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\nconnection: close\r\n/);
    expect(bodyOf(answer)).toMatchObject({ error: "invalid_argument", code: 400, details: [] });
    expect(told).toEqual([400]);
  });

  it("is 431 when the headers are too large", async () => {
    const port = await open();
    const answer = await rawRequest(port, `GET / HTTP/1.1\r\nHost: a\r\nx: ${"y".repeat(20_000)}`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(bodyOf(answer)).toMatchObject({ error: "payload_too_large", code: 431 });
  });

  it("is told even to who goes on sending", async () => {
    const raw = await RawSocket.connect(await open());
    raw.write(`GET / HTTP/1.1\r\nHost: a\r\nx: ${"y".repeat(20_000)}`);
    for (let i = 0; i < 20; i++) {
      raw.write("y".repeat(100_000));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    raw.socket.end();
    expect(await raw.untilClosed()).toMatch(/^HTTP\/1.1 431 /);
  });

  it("is 408 when the headers do not come to an end", async () => {
    const port = await open({ limits: { headersTimeoutMs: 100 } });
    const answer = await rawRequest(port, "GET / HTTP/1.1\r\nHost: a\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(bodyOf(answer)).toMatchObject({ error: "deadline_exceeded", code: 408 });
  });

  it("gets nothing written into the middle of an answer", async () => {
    const port = await open({
      handle: (_req, res) => {
        (res as http.ServerResponse).write("half an answer");
      },
    });
    const raw = await RawSocket.connect(port);
    raw.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    await raw.until("half an answer");
    raw.write("no chunk size\r\n");
    expect(await raw.untilClosed()).not.toContain("400");
  });

  it("behind a request waits until that is answered", async () => {
    const port = await open({
      handle: async (req, res) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        await say(req, res);
      },
    });
    const answer = await rawRequest(port, `${GET}${GET}garbage\r\n\r\n`);
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual([200, 200, 400].map((s) => `HTTP/1.1 ${s}`));
  });

  it("ends an HTTP/2 connection, not the server", async () => {
    const port = await open();
    await rawRequest(port, `${PREFACE}${"garbage".repeat(10)}`);
    expect(await rawRequest(port, GET_AND_CLOSE)).toContain("200 OK");
  });
});

describe("draining", () => {
  /** Answers when told to. */
  function held() {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const handle: HttpHandler = async (req, res) => {
      arrive();
      await released;
      await say(req, res);
    };
    return { handle, arrived, release };
  }

  it("lets a call over HTTP/1.1 finish and closes its connection", async () => {
    const { handle, arrived, release } = held();
    const port = await open({ handle });
    const raw = await RawSocket.connect(port);
    raw.write(GET);
    await arrived;
    const drained = listener.drain(5000);
    await expect(RawSocket.connect(port)).rejects.toThrow("ECONNREFUSED");
    release();
    expect(await drained).toBe(0);
    expect(await raw.untilClosed()).toMatch(/200 OK[\s\S]*HTTP\/1/);
  });

  it("lets a stream over HTTP/2 finish and refuses new ones", async () => {
    const { handle, arrived, release } = held();
    const session = http2.connect(`http://127.0.0.1:${await open({ handle })}`);
    const goaway = new Promise((resolve) => session.once("goaway", resolve));
    const answer = getOverHttp2(session);
    await arrived;
    const drained = listener.drain(5000);
    expect(await goaway).toBe(http2.constants.NGHTTP2_NO_ERROR);
    await expect(getOverHttp2(session)).rejects.toThrow();
    release();
    expect(await answer).toBe("HTTP/2");
    expect(await drained).toBe(0);
  });

  it("closes idle and undecided connections at once", async () => {
    const port = await open();
    const [idle, silent] = [await RawSocket.connect(port), await RawSocket.connect(port)];
    idle.write(GET);
    await idle.until("HTTP/1");
    const session = http2.connect(`http://127.0.0.1:${port}`);
    await getOverHttp2(session);
    const began = performance.now();
    expect(await listener.drain(5000)).toBe(0);
    expect(performance.now() - began).toBeLessThan(1000);
    await Promise.all([idle.untilClosed(), silent.untilClosed()]);
  });

  it("gives up after the grace and says how many are left", async () => {
    const { handle, arrived } = held();
    const raw = await RawSocket.connect(await open({ handle }));
    raw.write(GET);
    await arrived;
    expect(await listener.drain(50)).toBe(1);
    await listener.close();
    expect(await raw.untilClosed()).toBe("");
  });
});

describe("with a certificate", () => {
  it("speaks both versions over TLS, chosen by ALPN", async () => {
    const port = await open({ tls: TEST_TLS });
    expect(listener.address.url).toBe(`https://127.0.0.1:${port}`);
    const session = http2.connect(`https://localhost:${port}`, { ca: TEST_TLS.cert });
    expect(await getOverHttp2(session)).toBe("HTTP/2");
    const text = await new Promise<string>((resolve, reject) => {
      const options = { port, host: "localhost", ca: TEST_TLS.cert };
      https
        .get(options, (res) => res.on("data", (chunk) => resolve(`${chunk}`)))
        .on("error", reject);
    });
    expect(text).toBe("HTTP/1");
    expect(await listener.drain(1000)).toBe(0);
    session.destroy();
  });
});

it("says where it can be reached, also when it listens everywhere", async () => {
  const port = await open({ host: "0.0.0.0" });
  expect(listener.address).toEqual({ host: "0.0.0.0", port, url: `http://127.0.0.1:${port}` });
});

it("fails when the port is taken", async () => {
  const port = await open();
  const second = listen({ host: "127.0.0.1", port, handle: say });
  await expect(second).rejects.toThrow("EADDRINUSE");
});
