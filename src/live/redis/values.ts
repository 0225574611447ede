import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type Head, HeadSchema } from "../../../gen/parley/store/v1/head_pb.js";
import type { EventRecord } from "../../domain/event.ts";
import type { PublishedFragment } from "../port.ts";

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

const OPEN_MESSAGE = /^(\S+) (\S+) (\d+) (\d+) (\d+) \d+ \S+$/;

/** Reads `"uid message opening since role end closed\n" text`; undefined if no message is open. */
export function parseOpenMessage(value: Buffer, uid: string): PublishedFragment | undefined {
  const end = value.indexOf(NEWLINE);
  const parts = OPEN_MESSAGE.exec(value.toString("latin1", 0, end));
  if (parts === null || parts[1] !== uid || parts[2] === "-") return undefined;
  const [opening, since, role] = parts.slice(3).map(Number) as [number, number, number];
  return {
    messageId: parts[2]!,
    opening,
    since,
    role,
    offset: 0,
    text: value.toString("utf8", end + 1),
  };
}

/** What is said on the channel of a session. */
export type Word =
  | { readonly uid: string; readonly version: number }
  | { readonly uid: string; readonly fragment: PublishedFragment };

/** Reads `"uid:version"`, or `"uid message opening since role offset\n" text`. */
export function parseWord(word: string): Word {
  const end = word.indexOf("\n");
  if (end === -1) {
    const colon = word.lastIndexOf(":");
    return { uid: word.slice(0, colon), version: Number(word.slice(colon + 1)) };
  }
  const [uid, messageId, ...numbers] = word.slice(0, end).split(" ") as [string, string];
  const [opening, since, role, offset] = (numbers as string[]).map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return { uid, fragment: { messageId, opening, since, role, offset, text: word.slice(end + 1) } };
}
