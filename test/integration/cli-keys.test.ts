import { afterAll, beforeAll, expect, it } from "vitest";
import { runKeys } from "../../src/cli/keys.ts";
import { toConfig } from "../../src/config/config.ts";
import { openPgliteJournal } from "../../src/journal/index.ts";
import type { Journal } from "../../src/journal/port.ts";

let journal: Journal;
beforeAll(async () => {
  journal = await openPgliteJournal();
});
afterAll(() => journal.close());

/** One journal for all commands, since opening one takes seconds. */
const run = (...args: string[]) =>
  runKeys(args, toConfig({}), async () =>
    Object.assign(Object.create(journal), {
      createKey: journal.createKey.bind(journal),
      listKeys: journal.listKeys.bind(journal),
      revokeKey: journal.revokeKey.bind(journal),
      close: async () => undefined,
    }),
  );

it("makes a key, lists it and revokes it", async () => {
  const made = await run("create", "--name", "ci", "--role", "user", "--role", "admin");
  const [secret = "", , told = ""] = made.split("\n");
  expect(secret).toMatch(/^pk_[A-Za-z0-9_-]{43}$/);
  const [, keyId = ""] = /^key (\S+) for admin of default, roles user admin, scopes admin$/.exec(
    told,
  ) ?? [told];
  const listed = await run("list");
  expect(listed).toMatch(
    new RegExp(`^${keyId}  ${secret.slice(0, 12)}…  admin  user,admin  admin`),
  );
  expect(listed).not.toContain(secret);
  expect(await run("list", "--tenant", "other")).toBe("");
  await expect(run("revoke", keyId, "--tenant", "other")).rejects.toThrow("has no key");
  expect(await run("revoke", keyId)).toBe(`revoked ${keyId}\n`);
  expect(await run("list")).toBe("");
  expect(await run("list", "--all")).toContain("revoked 20");
});

it.each([
  [[], "usage: parley keys"],
  [["constructor"], "usage: parley keys"],
  [["create", "--color", "red"], "--color"],
])("explains itself to %o", async (args, text) => {
  await expect(run(...args)).rejects.toMatchObject({ name: "UsageError" });
  await expect(run(...args)).rejects.toThrow(text);
});

it.each([
  [["create"], "--name"],
  [["create", "--name", "n", "--role", "root"], "roles[0]"],
  [["create", "--name", "n", "--days", "0"], "--days"],
  [["create", "--name", "n", "--user", "two words"], "--user"],
])("refuses %o", async (args, text) => {
  await expect(run(...args)).rejects.toThrow(text);
});

it("prints how it is used", async () => {
  expect(await run("--help")).toContain("keys revoke KEY_ID");
});
