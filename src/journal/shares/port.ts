import type { Head } from "../../../gen/parley/store/v1/head_pb.js";

/** Sessions by whom they are shared with. Shares are written with the state that has them. */
export interface Shares {
  /** Living sessions of others that are shared with somebody, those that were shared last first. */
  listShared(query: SharedQuery): Promise<SharedPage>;
  /** The living session that a link of this name is to; whether it still lets in, its head says. */
  findShared(tenantId: string, name: string): Promise<Head | undefined>;
}

export interface SharedQuery {
  readonly tenantId: string;
  /** Whose own sessions are left out. */
  readonly userId: string;
  /** Names of the one who asks; see `namedBy`. */
  readonly names: readonly string[];
  /** Sessions and shares that end at or before this are left out. */
  readonly now: Date;
  readonly limit: number;
  readonly offset: number;
}

export interface SharedPage {
  readonly entries: readonly SharedEntry[];
  readonly hasMore: boolean;
}

export interface SharedEntry {
  readonly head: Head;
  /** When the last of the shares was made that name the one who asks. */
  readonly sharedAt: Date;
}
