import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Head, HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import type { EventRecord } from "../../domain/event.ts";

const NEWLINE = 10;

/** A head as `install.lua` wrote it. */
export interface StoredHead {
  readonly head: Head;
  /** On the clock of Redis, ms; 0: it never was fresh. */
  readonly freshUntil: number;
}

const HEADER = /^\S+ \d+ \d+ (\d+) \d+ \d+$/;

/**
 * Reads `"uid version rewrite fresh_until installed floor\n" blob`. What is not
 * of this form was not written by this script and counts as nothing.
 */
export function parseHead(value: Buffer): StoredHead | undefined {
  const end = value.indexOf(NEWLINE);
  const freshUntil = HEADER.exec(value.toString("latin1", 0, end))?.[1];
  if (freshUntil === undefined) return undefined;
  try {
    const head = fromBinary(HeadSchema, value.subarray(end + 1));
    return { head, freshUntil: Number(freshUntil) };
  } catch {
    return undefined;
  }
}

export function encodeHead(head: Head): Uint8Array {
  return toBinary(HeadSchema, head);
}

/** An event as the tail keeps it: `"turn\n" bytes`. */
export function encodeEvent(event: EventRecord): Uint8Array {
  return Buffer.concat([Buffer.from(`${event.turn}\n`, "latin1"), event.bytes]);
}

/** Reads an element of the tail: `"uid rewrite seq edge\nturn\n" bytes`. */
export function parseElement(element: Buffer): EventRecord {
  const name = element.indexOf(NEWLINE);
  const turn = element.indexOf(NEWLINE, name + 1);
  return {
    seq: Number(element.toString("latin1", 0, name).split(" ")[2]),
    turn: Number(element.toString("latin1", name + 1, turn)),
    bytes: element.subarray(turn + 1),
  };
}
