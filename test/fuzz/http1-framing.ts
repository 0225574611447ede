import type { HostileRequest } from "./hostile-requests.ts";
import type { Random } from "./random.ts";

/** Frames a request for HTTP/1.1; `last` asks to close the connection behind it. */
export function frameSoundly(random: Random, request: HostileRequest, last: boolean): Buffer {
  const head = headOf(request, last);
  const { body } = request;
  if (body.length > 0 && random.chance(0.2)) {
    return join([...head, "Transfer-Encoding: chunked"], chunked(random, body));
  }
  const length = body.length > 0 || random.chance(0.5) ? [`Content-Length: ${body.length}`] : [];
  return join([...head, ...length], body);
}

function headOf({ method, target, headers }: HostileRequest, last: boolean): string[] {
  return [
    `${method} ${target} HTTP/1.1`,
    "Host: 127.0.0.1",
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(last ? ["Connection: close"] : []),
  ];
}

/** Frames a request in a way that is wrong, cut or ambiguous. */
export function frameUnsoundly(random: Random, request: HostileRequest): Buffer {
  return unsound(random, headOf(request, false), request.body);
}

function unsound(random: Random, head: readonly string[], body: Buffer): Buffer {
  const { length } = body;
  return random.pick<() => Buffer>([
    () => join([...head, `Content-Length: ${length + 1 + random.below(1000)}`], body),
    () => join([...head, `Content-Length: ${Math.max(0, length - 3)}`], body),
    () => join([...head, "Content-Length: 99999999999999999999"], body),
    () => join([...head, "Content-Length: 9000000"], body),
    () => join([...head, "Content-Length: -1"], body),
    () => join([...head, `Content-Length: ${length}`, "Content-Length: 1"], body),
    () => join([...head, `Content-Length: ${length}`, "Transfer-Encoding: chunked"], body),
    () => join([...head, "Transfer-Encoding: gzip, chunked"], chunked(random, body)),
    () => join([...head, "Transfer-Encoding: chunked"], body),
    () => join([...head, "Transfer-Encoding: chunked"], Buffer.from("ffffffffffffffff\r\nx")),
    () => join([...head, "Transfer-Encoding: chunked"], Buffer.from("5;x=y\r\nab")),
    () => join([...head, " folded: x"], body),
    () => join([...head, "no colon"], body),
    () => join([...head, "x\u0000y: z"], body),
    () => join(head.toSpliced(1, 1), body),
    () => join(head.with(1, random.pick(["Host: [", "Host:", "Host: a/b", "Host: a b"])), body),
    () => join(head.with(0, `${head[0]}.9`), body),
    () => join(head.with(0, `${head[0]}`.replace("1.1", "1.0")), body),
    () => Buffer.from(head.join("\n")),
    () => join(head, body).subarray(0, 1 + random.below(60)),
  ])();
}

function join(head: readonly string[], body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), body]);
}

function chunked(random: Random, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const part = body.subarray(at, at + 1 + random.below(200));
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}
