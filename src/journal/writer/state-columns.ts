import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { toMicros } from "../../domain/money.ts";
import { PACK_DELAY_MS } from "../archive/port.ts";
import type { Bytes } from "../bytes.ts";
import { derivedText } from "../derived-text.ts";
import { encodeState, sessionOf } from "../head.ts";

/** A state as its columns hold it: encoded, and what is looked up and filtered by. */
export interface StateColumns {
  readonly userId: string;
  readonly externalId: string | null;
  readonly agentId: string | null;
  readonly title: string | null;
  readonly status: number;
  readonly expiresAt: string | null;
  readonly deletedAt: string | null;
  readonly archivedAt: string | null;
  readonly packAfter: string | null;
  readonly rewriteSeq: number;
  readonly sessionType: number;
  readonly tokensUsed: string;
  readonly costMicros: string;
  readonly visited: boolean;
  readonly movesGate: boolean;
  readonly bytes: Uint8Array;
}

/** Done when a write is accepted, so that one that cannot be encoded harms no batch. */
export function stateColumns(head: Head, movesGate: boolean): StateColumns {
  const session = sessionOf(head);
  return {
    userId: derivedText(session.userId),
    externalId: textColumn(session.externalId),
    agentId: textColumn(session.agentId),
    title: textColumn(session.title),
    status: session.status,
    expiresAt: timeColumn(session.expiresAt),
    deletedAt: timeColumn(head.deletedAt),
    archivedAt: timeColumn(session.archivedAt),
    packAfter: packAfter(session.archivedAt),
    rewriteSeq: head.rewriteSeq,
    sessionType: session.sessionType,
    tokensUsed: String(session.tokensUsed),
    costMicros: String(toMicros(session.cost)),
    visited: head.visited,
    movesGate,
    bytes: encodeState(head),
  };
}

/**
 * States of a batch as parallel arrays, in the order in which the statements
 * unnest them.
 */
export function stateArrays(
  states: readonly { readonly write: number; readonly columns: StateColumns }[],
  bytes: Bytes,
): unknown[] {
  const column = <Key extends keyof StateColumns>(key: Key) =>
    states.map(({ columns }) => columns[key]);
  return [
    states.map(({ write }) => write),
    column("userId"),
    column("externalId"),
    column("agentId"),
    column("title"),
    column("status"),
    column("expiresAt"),
    column("deletedAt"),
    column("archivedAt"),
    column("packAfter"),
    column("rewriteSeq"),
    column("sessionType"),
    column("tokensUsed"),
    column("costMicros"),
    column("visited"),
    column("movesGate"),
    states.map(({ columns }) => bytes.add(columns.bytes)),
    states.map(({ columns }) => columns.bytes.length),
  ];
}

function packAfter(archivedAt: Timestamp | undefined): string | null {
  if (archivedAt === undefined) return null;
  return new Date(timestampDate(archivedAt).getTime() + PACK_DELAY_MS).toISOString();
}

function textColumn(text: string | undefined): string | null {
  return text === undefined ? null : derivedText(text);
}

function timeColumn(time: Timestamp | undefined): string | null {
  return time === undefined ? null : timestampDate(time).toISOString();
}
