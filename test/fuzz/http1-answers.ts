import type { Answer } from "./verdict.ts";

/** The answers in what a server sent over HTTP/1; `rest` is one that is not whole. */
export interface Http1Answers {
  readonly answers: Answer[];
  readonly rest: { readonly text: string; readonly status: number | undefined } | undefined;
}

/** The head of an answer to what was no request: nobody knows then that it said HEAD. */
const REFUSED_UNREAD = /^HTTP\/1\.1 4\d\d [\w ]+\r\nconnection: close\r\n/;

/** Takes apart what came for requests of these methods, in order. */
export function readAnswers(received: string, methods: readonly string[]): Http1Answers {
  const answers: Answer[] = [];
  let at = 0;
  while (at < received.length) {
    const end = received.indexOf("\r\n\r\n", at);
    const head = received.slice(at, end === -1 ? undefined : end);
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
    if (Number.isNaN(status)) throw new Error(`no answer: ${JSON.stringify(head.slice(0, 200))}`);
    if (end === -1) return { answers, rest: { text: head, status } };
    const interim = status < 200;
    const bodiless = interim || status === 204 || status === 304;
    const toHead = methods[answers.length] === "HEAD" && !REFUSED_UNREAD.test(head);
    const length = bodiless || toHead ? 0 : bodyLength(head, received, end + 4);
    if (length === undefined || end + 4 + length > received.length) {
      return { answers, rest: { text: received.slice(at), status } };
    }
    const next = end + 4 + length;
    if (!interim) answers.push({ status, text: received.slice(at, next) });
    at = next;
  }
  return { answers, rest: undefined };
}

/** Bytes of a body with its framing; undefined while its end has not come. */
function bodyLength(head: string, received: string, start: number): number | undefined {
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  if (!/^transfer-encoding: chunked/im.test(head)) return received.length - start;
  for (let at = start; ; ) {
    const line = received.indexOf("\r\n", at);
    if (line === -1) return undefined;
    const size = Number.parseInt(received.slice(at, line), 16);
    if (Number.isNaN(size))
      throw new Error(`no chunk: ${JSON.stringify(received.slice(at, line))}`);
    at = line + 2 + size + 2;
    if (size > 0) continue;
    // Trailers may come before the empty line.
    const trailersEnd = received.startsWith("\r\n", line + 2) ? at : endOfTrailers(received, line);
    return trailersEnd === undefined || trailersEnd > received.length
      ? undefined
      : trailersEnd - start;
  }
}

function endOfTrailers(received: string, line: number): number | undefined {
  const end = received.indexOf("\r\n\r\n", line);
  return end === -1 ? undefined : end + 4;
}
