import { grouped } from "../grouped.ts";
import type { Guarded } from "../guarded.ts";
import type { Lane } from "../lane.ts";
import { createKey } from "./create-key.ts";
import { findKeys } from "./find-keys.ts";
import { listKeys } from "./list-keys.ts";
import { noteKeyUses } from "./note-key-uses.ts";
import type { Keys } from "./port.ts";
import { readKey } from "./read-key.ts";
import { revokeKey } from "./revoke-key.ts";
import { rotateKey } from "./rotate-key.ts";

const PREFIXES_PER_QUERY = 500;

/** API keys over SQL. */
export function keysOver(lane: Lane, guarded: Guarded): Keys {
  const find = grouped(
    (prefixes: readonly string[]) => findKeys(lane, prefixes),
    PREFIXES_PER_QUERY,
  );
  return {
    createKey: (wanted) => guarded(() => createKey(lane, wanted)),
    rotateKey: (rotation) => guarded(() => rotateKey(lane, rotation)),
    findKeys: (prefix) => guarded(() => find(prefix)),
    readKey: (address) => guarded(() => readKey(lane, address)),
    listKeys: (query) => guarded(() => listKeys(lane, query)),
    revokeKey: (address, at) => guarded(() => revokeKey(lane, address, at)),
    noteKeyUses: (keyIds, at) => guarded(() => noteKeyUses(lane, keyIds, at)),
  };
}
