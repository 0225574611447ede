import { createHash, randomBytes, randomUUID } from "node:crypto";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { type KeyDraft, newApiKey } from "../../src/domain/api-key.ts";
import type { Journal, KeyOutcome, NewKey } from "../../src/journal/port.ts";
import type { Fault } from "../support/tcp-proxy.ts";
import { numbers, operation } from "./journal-writes.ts";

const NOW = new Date("2026-05-01T12:00:00.000Z");
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

/** A key nobody has made before, unless the operation says so. */
export function newKey(of: Partial<KeyDraft> = {}, op = operation()): NewKey {
  const key = newApiKey({
    keyId: randomUUID(),
    tenantId: `tenant-${randomUUID()}`,
    userId: "user-1",
    name: "a key",
    prefix: `pk_${randomBytes(8).toString("hex").slice(0, 9)}`,
    scopes: ["sessions:read", "tasks:write"],
    roles: ["user"],
    createdAt: NOW,
    createdBy: "user-2",
    expiresAt: undefined,
    ...of,
  });
  return { key, hash: createHash("sha256").update(key.keyId).digest(), operation: op };
}

/** What every journal does with API keys. */
export function keyContract(journalOf: () => Journal): void {
  const rotation = (old: NewKey, of: Partial<KeyDraft> = {}, endsAt = later(60)) => {
    const { tenantId, userId, name, keyId } = old.key;
    return { ...newKey({ tenantId, userId, name, ...of }), replaces: keyId, endsAt };
  };

  describe("API keys", () => {
    it("are made once of one secret, however many make it at once", async () => {
      const journal = journalOf();
      for (let round = 0; round < 10; round++) {
        const op = operation();
        const hash = randomBytes(32);
        const wanted = numbers(1, 16).map(() => ({ ...newKey({ tenantId: "t" }, op), hash }));
        const made = await Promise.all(wanted.map((one) => journal.createKey(one)));
        expect(made.filter(({ first }) => first)).toHaveLength(1);
        expect(new Set(made.map(({ key }) => key.keyId)).size).toBe(1);
      }
    });

    it("are kept as they were made, and found by how their secrets begin", async () => {
      const journal = journalOf();
      const wanted = newKey({ expiresAt: later(60) });
      const made = await journal.createKey(wanted);
      expect(made).toMatchObject({ key: wanted.key, first: true });
      const { prefix, keyId, tenantId } = wanted.key;
      const twin = newKey({ prefix });
      await journal.createKey(twin);
      const found = await Promise.all([journal.findKeys(prefix), journal.findKeys("pk_nobody_00")]);
      expect(found[1]).toEqual([]);
      const ids = found[0].map(({ key, hash }) => [key.keyId, Buffer.from(hash).toString("hex")]);
      const expected = [wanted, twin].map(({ key, hash }) => [
        key.keyId,
        Buffer.from(hash).toString("hex"),
      ]);
      expect(ids.toSorted()).toEqual(expected.toSorted());
      expect(await journal.readKey({ tenantId, keyId })).toEqual(wanted.key);
      for (const other of [
        { tenantId: "tenant-2", keyId },
        { tenantId, keyId: randomUUID() },
        { tenantId, keyId: "no uuid" },
        { tenantId: `${tenantId}\0`, keyId },
      ]) {
        expect(await journal.readKey(other)).toBeUndefined();
        expect(await journal.revokeKey(other, NOW)).toBe(false);
      }
      expect((await journal.readKey({ tenantId, keyId }))?.revokedAt).toBeUndefined();
    });

    it("are made once for each operation, however often and at once it comes", async () => {
      const journal = journalOf();
      const op = operation();
      const wanted = numbers(1, 8).map(() => newKey({ tenantId: "tenant-once" }, op));
      const outcomes = await Promise.all(wanted.map((one) => journal.createKey(one)));
      const first = outcomes.filter((outcome) => outcome.first);
      expect(first).toHaveLength(1);
      for (const { key } of outcomes) expect(key).toEqual(first[0]!.key);
      const again = await journal.createKey(newKey({ tenantId: "tenant-once" }, op));
      expect(again).toMatchObject({ first: false, key: first[0]!.key });
      expect(Buffer.compare(again.requestHash, op.requestHash)).toBe(0);
    });

    it("are listed newest first, of a user or of a tenant, living or all", async () => {
      const journal = journalOf();
      const tenantId = `tenant-${randomUUID()}`;
      const make = async (n: number, of: Partial<KeyDraft> = {}) => {
        const wanted = newKey({ tenantId, name: `key ${n}`, createdAt: later(n), ...of });
        await journal.createKey(wanted);
        return wanted.key;
      };
      await make(1);
      const revoked = await make(2);
      await make(3, { userId: "user-2" });
      await make(4, { expiresAt: later(100) });
      await journal.createKey(newKey());
      await journal.revokeKey({ tenantId, keyId: revoked.keyId }, later(50));
      const list = async (of: { userId?: string; at?: Date; limit?: number; offset?: number }) => {
        const { userId, at: activeAt, limit = 10, offset = 0 } = of;
        const page = await journal.listKeys({ tenantId, userId, activeAt, limit, offset });
        return [page.total, ...page.keys.map(({ name }) => name.slice(4))];
      };
      expect(await list({})).toEqual([4, "4", "3", "2", "1"]);
      expect(await list({ limit: 2, offset: 1 })).toEqual([4, "3", "2"]);
      expect(await list({ offset: 9 })).toEqual([4]);
      expect(await list({ at: later(60) })).toEqual([3, "4", "3", "1"]);
      expect(await list({ at: later(100) })).toEqual([2, "3", "1"]);
      expect(await list({ userId: "user-1", at: later(60) })).toEqual([2, "4", "1"]);
      expect(await list({ userId: "nobody" })).toEqual([0]);
    });

    it("are revoked for good, since the first time", async () => {
      const journal = journalOf();
      const wanted = newKey();
      await journal.createKey(wanted);
      const { tenantId, keyId, prefix } = wanted.key;
      expect(await journal.revokeKey({ tenantId, keyId }, later(1))).toBe(true);
      expect(await journal.revokeKey({ tenantId, keyId }, later(2))).toBe(true);
      const key = await journal.readKey({ tenantId, keyId });
      expect(timestampDate(key!.revokedAt!)).toEqual(later(1));
      expect((await journal.findKeys(prefix))[0]?.key).toEqual(key);
      expect(await journal.rotateKey(rotation(wanted))).toBeUndefined();
    });

    it("take the place of others, which then end", async () => {
      const journal = journalOf();
      const old = newKey();
      await journal.createKey(old);
      const { tenantId, keyId } = old.key;
      const wanted = rotation(old);
      const made = await journal.rotateKey(wanted);
      expect(made).toMatchObject({ first: true, key: wanted.key });
      const replaced = await journal.readKey({ tenantId, keyId });
      expect(replaced?.replacedBy).toBe(wanted.key.keyId);
      expect(timestampDate(replaced!.expiresAt!)).toEqual(later(60));
      const again = { ...rotation(old), operation: wanted.operation };
      expect(await journal.rotateKey(again)).toMatchObject({ first: false, key: wanted.key });
      expect(await journal.rotateKey(rotation(old))).toBeUndefined();
      const next = rotation({ ...wanted, key: made!.key }, {}, new Date(0));
      expect(await journal.rotateKey(next)).toMatchObject({ first: true });
      const ended = await journal.readKey({ tenantId, keyId: wanted.key.keyId });
      expect(timestampDate(ended!.expiresAt!)).toEqual(NOW);
    });

    it("end by rotation no later than they would have, and are not rotated after that", async () => {
      const journal = journalOf();
      const old = newKey({ expiresAt: later(30) });
      await journal.createKey(old);
      const { tenantId, keyId } = old.key;
      expect(await journal.rotateKey(rotation(old, { createdAt: later(30) }))).toBeUndefined();
      const elsewhere = rotation(old, { tenantId: "tenant-2" });
      expect(await journal.rotateKey(elsewhere)).toBeUndefined();
      await journal.rotateKey(rotation(old));
      const replaced = await journal.readKey({ tenantId, keyId });
      expect(timestampDate(replaced!.expiresAt!)).toEqual(later(30));
    });

    it("are replaced by one of several rotations at once", async () => {
      const journal = journalOf();
      const old = newKey();
      await journal.createKey(old);
      const outcomes = await Promise.all(numbers(1, 6).map(() => journal.rotateKey(rotation(old))));
      const made = outcomes.filter((outcome): outcome is KeyOutcome => outcome !== undefined);
      expect(made).toHaveLength(1);
      const { tenantId, keyId } = old.key;
      expect((await journal.readKey({ tenantId, keyId }))?.replacedBy).toBe(made[0]!.key.keyId);
      const { total } = await journal.listKeys({
        ...{ tenantId, userId: undefined, activeAt: undefined, limit: 10, offset: 0 },
      });
      expect(total).toBe(2);
    });

    it("remember their last use, to the minute", async () => {
      const journal = journalOf();
      const wanted = newKey();
      await journal.createKey(wanted);
      const { tenantId, keyId } = wanted.key;
      const lastUse = async () => {
        const key = await journal.readKey({ tenantId, keyId });
        return key?.lastUsedAt && timestampDate(key.lastUsedAt);
      };
      await journal.noteKeyUses([], NOW);
      expect(await lastUse()).toBeUndefined();
      await journal.noteKeyUses([keyId, randomUUID()], later(1));
      await journal.noteKeyUses([keyId], later(59));
      expect(await lastUse()).toEqual(later(1));
      await journal.noteKeyUses([keyId], later(61));
      expect(await lastUse()).toEqual(later(61));
    });
  });
}

/** What becomes of a key whose answer was lost. */
export function keyFaultsContract(
  journalOf: () => Journal,
  fault: (statement: string, kind: Fault) => Promise<void>,
): void {
  for (const kind of ["lose-reply", "lose-request"] as const) {
    it(`makes a key once after ${kind}`, async () => {
      const journal = journalOf();
      const wanted = newKey();
      const sprung = fault("create_key", kind);
      const { key, first } = await journal.createKey(wanted);
      await sprung;
      expect([key, first]).toEqual([wanted.key, true]);
    });
  }
}
