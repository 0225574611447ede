import { Consistency } from "../../gen/parley/v1/session_pb.js";
import { type Admitted, admitArchived } from "../domain/access.ts";
import type { EventRecord } from "../domain/event.ts";
import type { Principal } from "../domain/principal.ts";
import type { SessionReader } from "./read-session.ts";
import type { Stores } from "./stores.ts";
import type { SessionWriter, WriteRequest, Written } from "./write-session.ts";

export interface ArchivedRequest {
  readonly principal: Principal;
  /** `session_id` or `external_id`, in whatever form the caller gave it. */
  readonly id: string;
}

/** Sessions whose time is over: read from the journal alone, and taken back. */
export class ArchiveReader {
  readonly #stores: Stores;
  readonly #reader: SessionReader;

  constructor(stores: Stores, reader: SessionReader) {
    this.#stores = stores;
    this.#reader = reader;
  }

  async read({ principal, id }: ArchivedRequest): Promise<Admitted> {
    const consistency = Consistency.STRONG;
    const { head } = await this.#reader.sight({ principal, id, consistency, atLeastVersion: 0 });
    return admitArchived(head, principal, this.#stores.clock.now());
  }

  events({ head, session }: Admitted, afterSeq: number, limit: number): Promise<EventRecord[]> {
    const range = { uid: head.uid, afterSeq, upToSeq: session.version, limit };
    return this.#stores.journal.readArchivedEvents(range);
  }

  /**
   * The log is unpacked before the session lives again, so that no read of a
   * living session ever misses an event. A retry finds nothing to unpack.
   */
  async revive(request: WriteRequest, writer: SessionWriter): Promise<Written> {
    const { principal, id } = request;
    const consistency = Consistency.STRONG;
    const { head } = await this.#reader.sight({ principal, id, consistency, atLeastVersion: 0 });
    if (head?.session?.archivedAt !== undefined && head.deletedAt === undefined) {
      await this.#stores.journal.unpackLog(head.uid, this.#stores.clock.now());
    }
    return writer.write({ ...request, confirmed: true });
  }
}
