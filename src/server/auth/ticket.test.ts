import { describe, expect, it } from "vitest";
import { newApiKey, type StoredKey } from "../../domain/api-key.ts";
import type { CredentialProof } from "../../domain/principal.ts";
import type { Ticket } from "../../domain/ticket.ts";
import { hashOf, newSecret, newTicket, prefixOf } from "../../key-secret.ts";
import { KeyRing } from "./key-ring.ts";
import { ticketAuthenticator } from "./ticket.ts";

const TICKET = newTicket();
const KEY = newSecret();

const FACTS = {
  tenantId: "t",
  userId: "u",
  roles: new Set(["user"] as const),
  scopes: new Set(["sessions:read"] as const),
};

/** A journal with a ticket and the key it was made with, which a test changes. */
function ticketsOf(proof?: CredentialProof) {
  const store = { time: 0, keys: [] as StoredKey[], asked: 0 };
  const ticket: Ticket = {
    hash: hashOf(TICKET),
    caller: { ...FACTS, ...(proof && { proof }) },
    expiresAt: new Date(60_000),
  };
  const now = () => new Date(store.time);
  const ring = new KeyRing({
    find: async () => store.keys,
    now,
    monotonic: () => store.time,
  });
  const find = async (hash: Uint8Array) => {
    store.asked++;
    return Buffer.compare(hash, ticket.hash) === 0 ? ticket : undefined;
  };
  return { store, tickets: ticketAuthenticator({ find, ring, now }) };
}

const refused = { reason: "unauthenticated" };

describe("tickets", () => {
  it("let their makers in, any number of times, until they are over", async () => {
    const { store, tickets } = ticketsOf();
    for (const time of [0, 59_999]) {
      store.time = time;
      expect(await tickets.admit(TICKET)).toEqual({ ...FACTS, via: "ticket" });
    }
    store.time = 60_000;
    await expect(tickets.admit(TICKET)).rejects.toMatchObject(refused);
  });

  it.each([newTicket(), "", "tk_", `${TICKET}x`, KEY, `${KEY}`.replace("pk_", "tk_").slice(0, 20)])(
    "that are none let nobody in: %s",
    async (text) => {
      await expect(ticketsOf().tickets.admit(text)).rejects.toMatchObject(refused);
    },
  );

  it("are not looked up unless they look like one", async () => {
    const { store, tickets } = ticketsOf();
    await expect(tickets.admit("tk_short")).rejects.toMatchObject(refused);
    expect(store.asked).toBe(0);
  });

  it("are worth nothing once their key is revoked, nor are streams they opened", async () => {
    const { store, tickets } = ticketsOf({
      kind: "key",
      prefix: prefixOf(KEY),
      hash: hashOf(KEY),
    });
    const key = newApiKey({
      ...{ keyId: "k", tenantId: "t", userId: "u", name: "n", createdBy: "c" },
      ...{ prefix: prefixOf(KEY), scopes: [], roles: [], createdAt: new Date(0) },
      expiresAt: undefined,
    });
    store.keys = [{ key, hash: hashOf(KEY) }];
    const caller = await tickets.admit(TICKET);
    expect(await tickets.isStillGood(caller)).toBe(true);
    store.keys = [];
    store.time = 1000;
    expect(await tickets.isStillGood(caller)).toBe(false);
    await expect(tickets.admit(TICKET)).rejects.toMatchObject(refused);
  });

  it("are worth nothing once their token has ended", async () => {
    const { store, tickets } = ticketsOf({ kind: "token", endsAt: new Date(5000) });
    const caller = await tickets.admit(TICKET);
    store.time = 5000;
    expect(await tickets.isStillGood(caller)).toBe(false);
    await expect(tickets.admit(TICKET)).rejects.toMatchObject(refused);
  });
});
