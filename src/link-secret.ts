import { createHash, randomBytes } from "node:crypto";

/** What the secret of a share's link looks like: 256 random bits. */
const FORM = /^ps_[A-Za-z0-9_-]{43}$/;

export function newLinkSecret(): string {
  return `ps_${randomBytes(32).toString("base64url")}`;
}

/** What is kept of a secret; of a text that can be none, the digest of nothing that was given out. */
export function linkDigest(secret: string): Buffer {
  return createHash("sha256")
    .update(FORM.test(secret) ? secret : "")
    .digest();
}
