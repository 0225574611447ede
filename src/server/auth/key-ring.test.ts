import { describe, expect, it } from "vitest";
import { newApiKey, type StoredKey } from "../../domain/api-key.ts";
import { unavailable } from "../../domain/errors.ts";
import { hashOf, newSecret, prefixOf } from "../../key-secret.ts";
import { KeyRing } from "./key-ring.ts";

const SECRET = newSecret();

function stored(secret = SECRET, expiresAt?: Date): StoredKey {
  const key = newApiKey({
    ...{ keyId: secret, tenantId: "t", userId: "u", name: "n", createdBy: "c" },
    ...{ prefix: prefixOf(secret), scopes: [], roles: [], createdAt: new Date(0), expiresAt },
  });
  return { key, hash: hashOf(secret) };
}

/** A ring over a journal that a test changes. */
function ringOver(found: StoredKey[]) {
  const journal = { found, asked: 0, away: false, time: 1_000_000 };
  const ring = new KeyRing({
    find: async () => {
      journal.asked++;
      if (journal.away) throw unavailable();
      return journal.found;
    },
    now: () => new Date(journal.time),
    monotonic: () => journal.time,
  });
  return { journal, ring };
}

describe("a key ring", () => {
  it("asks again for a key that it has had for a while, and not before", async () => {
    const { journal, ring } = ringOver([stored(newSecret()), stored()]);
    expect((await ring.find(SECRET))?.key.keyId).toBe(SECRET);
    journal.found = [];
    journal.time += 399;
    expect((await ring.find(SECRET))?.key.keyId).toBe(SECRET);
    expect(journal.asked).toBe(1);
    journal.time += 1;
    expect(await ring.find(SECRET)).toBeUndefined();
    expect(journal.asked).toBe(2);
  });

  it("takes no other key of the same beginning", async () => {
    const { ring } = ringOver([stored()]);
    expect(await ring.find(`${SECRET}x`)).toBeUndefined();
  });

  it("gives no key whose time is over, however fresh", async () => {
    const { journal, ring } = ringOver([stored(SECRET, new Date(1_000_100))]);
    expect(await ring.find(SECRET)).toBeDefined();
    journal.time += 100;
    expect(await ring.find(SECRET)).toBeUndefined();
  });

  it("knows a key for ten minutes while the journal is away, and no unknown one", async () => {
    const { journal, ring } = ringOver([stored()]);
    await ring.find(SECRET);
    journal.away = true;
    journal.time += 600_000;
    expect(await ring.find(SECRET)).toBeDefined();
    await expect(ring.find(newSecret())).rejects.toMatchObject({ reason: "unavailable" });
    journal.time += 1;
    await expect(ring.find(SECRET)).rejects.toMatchObject({ reason: "unavailable" });
  });

  it("forgets a key that the journal does not know any more", async () => {
    const { journal, ring } = ringOver([stored()]);
    await ring.find(SECRET);
    journal.found = [];
    journal.time += 400;
    await ring.find(SECRET);
    journal.away = true;
    await expect(ring.find(SECRET)).rejects.toMatchObject({ reason: "unavailable" });
  });
});
