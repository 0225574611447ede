import { callerByKey, type StoredKey } from "../../domain/api-key.ts";
import { unauthenticated } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import type { Authenticator } from "./authenticator.ts";
import { credentialIn } from "./credential.ts";
import type { KeyRing } from "./key-ring.ts";
import type { KeyUses } from "./key-uses.ts";

/** Callers who show an API key. */
export function keyAuthenticator(ring: KeyRing, uses: KeyUses): Authenticator {
  const admit = (stored: StoredKey | undefined): Principal => {
    if (stored === undefined) throw unauthenticated("a key that does not work");
    uses.used(stored.key);
    const { key, hash } = stored;
    return { ...callerByKey(key), proof: { kind: "key", prefix: key.prefix, hash } };
  };
  return {
    name: "key",
    authenticate(header) {
      const credential = credentialIn(header);
      if (credential?.kind !== "key") return undefined;
      const found = ring.find(credential.text);
      return found instanceof Promise ? found.then(admit) : admit(found);
    },
    async isStillGood({ proof }) {
      if (proof?.kind !== "key") return true;
      return (await ring.findByHash(proof.prefix, Buffer.from(proof.hash))) !== undefined;
    },
  };
}
