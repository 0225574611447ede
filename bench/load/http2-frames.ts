// The frames of HTTP/2 that a unary gRPC call needs (RFC 9113, 4.1 and 6).

export const FRAMES = {
  data: 0,
  headers: 1,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;

export const FLAGS = { endStream: 1, acknowledgement: 1, endHeaders: 4 } as const;

const HEAD_BYTES = 9;

export function encodeFrame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(),
): Buffer {
  const frame = Buffer.alloc(HEAD_BYTES + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(stream, 5);
  frame.set(payload, HEAD_BYTES);
  return frame;
}

/** Gives every whole frame to `take`. @returns how many bytes those were */
export function readFrames(
  bytes: Buffer,
  take: (type: number, flags: number, stream: number, payload: Buffer) => void,
): number {
  let at = 0;
  while (bytes.length - at >= HEAD_BYTES) {
    const end = at + HEAD_BYTES + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff;
    take(bytes[at + 3]!, bytes[at + 4]!, stream, bytes.subarray(at + HEAD_BYTES, end));
    at = end;
  }
  return at;
}
