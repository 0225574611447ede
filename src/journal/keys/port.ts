import type { ApiKey } from "../../../gen/parley/v1/key_service_pb.js";
import type { StoredKey } from "../../domain/api-key.ts";
import type { Operation } from "../port.ts";

/** API keys. Of their secrets a journal knows how they begin, and their hashes. */
export interface Keys {
  /** Writes a key, once for each operation. */
  createKey(wanted: NewKey): Promise<KeyOutcome>;
  /**
   * Writes a key in the place of one that works and was not replaced before; that one then ends at
   * `endsAt`, or when it would have anyway. Undefined: there is no such key.
   */
  rotateKey(rotation: KeyRotation): Promise<KeyOutcome | undefined>;
  /** The keys whose secrets begin so, whatever has become of them. */
  findKeys(prefix: string): Promise<readonly StoredKey[]>;
  readKey(address: KeyAddress): Promise<ApiKey | undefined>;
  /** Newest first. */
  listKeys(query: KeyQuery): Promise<KeyPage>;
  /** Ends a key; says whether there is such a one. One that was revoked stays so since then. */
  revokeKey(address: KeyAddress, at: Date): Promise<boolean>;
  /** Remembers when keys were used last, to the minute. */
  noteKeyUses(keyIds: readonly string[], at: Date): Promise<void>;
}

export interface KeyAddress {
  readonly tenantId: string;
  readonly keyId: string;
}

export interface NewKey {
  /** As it is to be. */
  readonly key: ApiKey;
  /** SHA-256 of its secret. */
  readonly hash: Uint8Array;
  /** What makes a retry safe; remembered for as long as the key is. */
  readonly operation: Operation;
}

export interface KeyRotation extends NewKey {
  readonly replaces: string;
  readonly endsAt: Date;
}

/** `first` is false for a retry; the request hash is the first one's. */
export interface KeyOutcome {
  readonly key: ApiKey;
  readonly first: boolean;
  readonly requestHash: Uint8Array;
}

export interface KeyQuery {
  readonly tenantId: string;
  /** Undefined: all of the tenant. */
  readonly userId: string | undefined;
  /** Given: only keys that work then. */
  readonly activeAt: Date | undefined;
  readonly limit: number;
  readonly offset: number;
}

export interface KeyPage {
  readonly keys: readonly ApiKey[];
  readonly total: number;
}
