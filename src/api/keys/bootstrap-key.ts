import type { Context } from "../../context.ts";
import { newApiKey } from "../../domain/api-key.ts";
import { hashOf, prefixOf } from "../../key-secret.ts";

const NO_HASH = new Uint8Array(32);

/**
 * Makes an admin's key of a secret that the operator has chosen, unless it was made before: a key
 * that was revoked since stays so, whatever the environment says.
 * @returns whether it was made now
 */
export async function makeBootstrapKey(
  context: Pick<Context, "log" | "ids" | "clock">,
  tenantId: string,
  secret: string,
): Promise<boolean> {
  const hash = hashOf(secret);
  const key = newApiKey({
    keyId: context.ids.uuid(),
    tenantId,
    userId: "admin",
    name: "PARLEY_BOOTSTRAP_KEY",
    prefix: prefixOf(secret),
    scopes: ["admin"],
    roles: ["user", "admin"],
    createdAt: context.clock.now(),
    createdBy: "parley",
    expiresAt: undefined,
  });
  // Named by the secret alone, also where the tenant is another now: a secret is of one key.
  const name = { tenantId: "", userId: "", method: "parley/bootstrap", key: hash.toString("hex") };
  const { first } = await context.log.createKey({
    key,
    hash,
    operation: { ...name, requestHash: NO_HASH },
  });
  return first;
}
