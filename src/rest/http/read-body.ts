import type { NodeRequest } from "./node-http.ts";

/** Why a body could not be read. */
export type BodyFailure = "too_large" | "aborted";

/**
 * Reads a body of at most `maxBytes`. What its head says it has is checked before
 * anything is read; what comes beyond the limit is never kept.
 */
export function readBody(request: NodeRequest, maxBytes: number): Promise<Buffer | BodyFailure> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
    return Promise.resolve("too_large");
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (result: Buffer | BodyFailure) => {
      request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) settle("too_large");
      else chunks.push(chunk);
    };
    const onEnd = () => settle(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    const onClose = () => settle("aborted");
    request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  });
}
