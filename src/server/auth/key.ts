import { callerByKey, type StoredKey } from "../../domain/api-key.ts";
import { unauthenticated } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Authenticator } from "./authenticator.ts";
import { credentialIn } from "./credential.ts";
import type { KeyRing } from "./key-ring.ts";
import type { KeyUses } from "./key-uses.ts";

/** Callers who show an API key. */
export function keyAuthenticator(ring: KeyRing, uses: KeyUses): Authenticator {
  // By which key a stream's caller came, for as long as somebody has the caller.
  const keys = new WeakMap<Principal, StoredKey>();
  const admit = (stored: StoredKey | undefined): Principal => {
    if (stored === undefined) throw unauthenticated("a key that does not work");
    uses.used(stored.key);
    const caller = callerByKey(stored.key);
    keys.set(caller, stored);
    return caller;
  };
  return {
    name: "key",
    authenticate(header) {
      const credential = credentialIn(header);
      if (credential?.kind !== "key") return undefined;
      const found = ring.find(credential.text);
      return found instanceof Promise ? found.then(admit) : admit(found);
    },
    async isStillGood(caller) {
      const stored = keys.get(caller);
      if (stored === undefined) return true;
      const found = await ring.findByHash(stored.key.prefix, Buffer.from(stored.hash));
      return found !== undefined;
    },
  };
}
