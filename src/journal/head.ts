import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { STORED } from "../domain/event.ts";

/** What every append changes, and the journal therefore keeps beside the encoded state. */
export interface Counters {
  readonly version: number;
  readonly stateVersion: number;
  readonly gateVersion: number;
  readonly messageCount: number;
  readonly turnCount: number;
  readonly logBytes: bigint;
  readonly updatedAt: Date;
}

/** A row that holds a head, whatever table it is of. */
export interface HeadRow extends Counters {
  readonly state: Uint8Array;
}

/** The part of a head that only an event changes: all but its counters. */
export function encodeState(head: Head): Uint8Array {
  const session = copy(sessionOf(head), {
    version: 0,
    stateVersion: 0,
    messageCount: 0,
    turnCount: 0,
    logBytes: 0n,
    etag: "",
    updatedAt: undefined,
  });
  return toBinary(HeadSchema, copy(head, { session, gateVersion: 0 }));
}

/**
 * The one place where a row becomes a head: the counters' columns win over the
 * state. Throws if the state cannot be decoded, so a query that serves several
 * callers gives them rows, and each makes its own head.
 */
export function headOf(row: HeadRow): Head {
  return counted(decodeState(row.state), row);
}

/** What `encodeState` made; its counters are empty. Throws if it cannot be decoded. */
export function decodeState(state: Uint8Array): Head {
  return fromBinary(HeadSchema, state, STORED);
}

/** The same head with other counters; the rest is shared, not copied. */
export function counted(head: Head, counters: Counters): Head {
  const { version, stateVersion, messageCount, turnCount, logBytes } = counters;
  const updatedAt = timestampFromDate(counters.updatedAt);
  const session = copy(sessionOf(head), {
    version,
    stateVersion,
    messageCount,
    turnCount,
    logBytes,
    updatedAt,
  });
  return copy(head, { session, gateVersion: counters.gateVersion });
}

export function sessionOf(head: Head): Session {
  if (head.session === undefined) throw new TypeError("a head without its session");
  return head.session;
}

/** When a session was created, which its creator says. */
export function createdAt(session: Session): Date {
  if (session.createdAt === undefined) throw new TypeError("a session without its creation time");
  return timestampDate(session.createdAt);
}

function copy<T extends object>(message: T, changes: Partial<T>): T {
  return { ...message, ...changes };
}
