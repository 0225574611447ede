import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type PackedEvent,
  PackedEventSchema,
  PackedEventsSchema,
} from "../../../gen/parley/store/v1/packed_pb.js";
import type { EventRow } from "../queries/events.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** An event as its table has it. */
export interface WholeEventRow extends EventRow {
  readonly message_no: number;
  /** Null where it carries no message. */
  readonly role: number | null;
  readonly starts_turn: boolean;
  readonly type: string;
}

/** Many events as one row keeps them. */
export async function packEvents(rows: readonly WholeEventRow[]): Promise<Buffer> {
  const events = rows.map((row) =>
    create(PackedEventSchema, {
      seq: row.seq,
      turn: row.turn,
      messageNo: row.message_no,
      role: row.role ?? 0,
      startsTurn: row.starts_turn,
      type: row.type,
      event: row.bytes,
    }),
  );
  return compress(toBinary(PackedEventsSchema, create(PackedEventsSchema, { events })));
}

/** What `packEvents` made. Rejects if it cannot be read. */
export async function unpackEvents(bytes: Uint8Array): Promise<PackedEvent[]> {
  return fromBinary(PackedEventsSchema, await decompress(bytes)).events;
}
