import { createHash } from "node:crypto";

/**
 * A word that is in all entries of one owner and in no other, so that the index
 * itself keeps owners apart. It begins with a control character, which no parser
 * of texts makes a word of: nobody can write it or ask for it.
 */
export function ownerWord({ tenantId, userId }: { tenantId: string; userId: string }): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([tenantId, userId]))
    .digest("hex");
  return `\u0001${digest.slice(0, 32)}`;
}
