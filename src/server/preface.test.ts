import { expect, it } from "vitest";
import { versionOf } from "./preface.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

it("is undecided at every piece of the preface but the last", () => {
  for (let length = 0; length < PREFACE.length; length++) {
    expect(versionOf(Buffer.from(PREFACE.slice(0, length)))).toBeUndefined();
  }
  expect(versionOf(Buffer.from(PREFACE))).toBe("http2");
  expect(versionOf(Buffer.from(`${PREFACE}frames`))).toBe("http2");
});

it("knows HTTP/1 at the first byte that differs", () => {
  for (let at = 0; at < PREFACE.length; at++) {
    expect(versionOf(Buffer.from(`${PREFACE.slice(0, at)}\u0001`))).toBe("http1");
  }
  for (const method of ["GET", "POST", "PUT", "PATCH", "PROPFIND", "\r\nGET"]) {
    expect(versionOf(Buffer.from(`${method} / HTTP/1.1`))).toBe("http1");
  }
});
