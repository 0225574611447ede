import { createHash, randomBytes } from "node:crypto";

/** What the secret of an API key looks like; those that are made have 43 characters after `pk_`. */
const FORM = /^pk_[A-Za-z0-9_-]{32,128}$/;

/** How much of a secret may be shown and is looked up by: 54 of its 256 bits. */
const PREFIX_LENGTH = 12;

export function newSecret(): string {
  return `pk_${randomBytes(32).toString("base64url")}`;
}

export function isSecret(text: string): boolean {
  return FORM.test(text);
}

/** What a ticket looks like: short-lived, so it is never looked up by how it begins. */
const TICKET_FORM = /^tk_[A-Za-z0-9_-]{43}$/;

export function newTicket(): string {
  return `tk_${randomBytes(32).toString("base64url")}`;
}

export function isTicket(text: string): boolean {
  return TICKET_FORM.test(text);
}

export function prefixOf(secret: string): string {
  return secret.slice(0, PREFIX_LENGTH);
}

/**
 * What is kept of a secret. A plain hash: there is nothing to guess in 256 random bits, so a slow
 * one would only make every call slow.
 */
export function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}
