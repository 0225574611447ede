import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { AccountOwner, Creation, Journal } from "../../src/journal/port.ts";
import { newOwner, tallied } from "./journal-accounts.ts";
import { forkOf } from "./journal-forks.ts";
import { NOW, run } from "./journal-work.ts";
import { committed, creation, deleted, newHead, numbers, operation } from "./journal-writes.ts";

/** A conversation of somebody who may have so many sessions. */
export function limitedCreation(
  owner: AccountOwner,
  maxSessions: number,
  of: Parameters<typeof newHead>[0] = {},
): Creation {
  return { ...creation(newHead({ ...owner, ...of })), maxSessions };
}

/** What every journal does where a user may have so many sessions and no more. */
export function quotaContract(journalOf: () => Journal): void {
  const create = async (owner: AccountOwner, most: number, of = {}) =>
    journalOf().createSession(limitedCreation(owner, most, of));
  const living = (owner: AccountOwner, most = 100) =>
    journalOf().countLivingSessions(owner, NOW, most);

  async function made(owner: AccountOwner, of = {}): Promise<Head> {
    return committed(await create(owner, 1000, of)).head;
  }

  describe("quotas of sessions", () => {
    it("are kept by those that come at once, runs among them", async () => {
      const owner = newOwner();
      const outcomes = await Promise.all(
        numbers(1, 20).map((n) => {
          const runs = { ...run(owner, { maxOpenRuns: 100 }), maxSessions: 7 };
          return n % 2 === 0 ? create(owner, 7) : journalOf().createSession(runs);
        }),
      );
      expect(tallied(outcomes)).toEqual({ committed: 7, "no sessions": 13 });
      expect(await living(owner)).toBe(7);
      const { openRuns } = await journalOf().readAccount(owner);
      const runs = outcomes.filter((one) => one.kind === "committed" && one.head.countsAsOpen);
      expect(openRuns).toBe(runs.length);
    });

    it("are each owner's own, and nobody's who has none", async () => {
      const owner = newOwner();
      await made(owner);
      expect(await create(owner, 1)).toEqual({ kind: "refused", for: "sessions" });
      expect(await create(newOwner(), 1)).toMatchObject({ kind: "committed" });
      const free = creation(newHead({ ...owner }));
      expect(await journalOf().createSession(free)).toMatchObject({ kind: "committed" });
      expect(await create(owner, 0)).toEqual({ kind: "refused", for: "sessions" });
    });

    it("have room again for whatever is deleted or over", async () => {
      const owner = newOwner();
      const first = await made(owner);
      await made(owner, { expiresAt: timestampFromDate(new Date("2001-01-01")) });
      await made(owner, { expiresAt: timestampFromDate(new Date("2999-01-01")) });
      expect([await living(owner), await living(owner, 1)]).toEqual([2, 1]);
      expect(await create(owner, 2)).toMatchObject({ kind: "refused" });
      await deleted(journalOf(), first);
      expect(await living(owner)).toBe(1);
      expect(await create(owner, 2)).toMatchObject({ kind: "committed" });
    });

    it("refuse nothing that was done already, and name what is taken", async () => {
      const owner = newOwner();
      const first = limitedCreation(owner, 1, { sessionId: "mine" });
      const made = committed(await journalOf().createSession(first));
      expect(await journalOf().createSession(first)).toMatchObject({ kind: "repeated" });
      expect(await create(owner, 1, { sessionId: "mine" })).toMatchObject({
        kind: "taken",
        holder: { uid: made.head.uid },
      });
    });

    it("count forks as well", async () => {
      const owner = newOwner();
      const source = await made(owner);
      const { tenantId, userId } = owner;
      const fork = async () => ({
        ...(await forkOf(journalOf(), source, 1, { userId }, operation(undefined, { userId }))),
        maxSessions: 3,
      });
      expect(source.session!.tenantId).toBe(tenantId);
      const forks = await Promise.all(numbers(1, 4).map(fork));
      const outcomes = await Promise.all(forks.map((each) => journalOf().forkSession(each)));
      expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual([
        "committed",
        "committed",
        "refused",
        "refused",
      ]);
      expect(await living(owner)).toBe(3);
      expect(await create(owner, 3)).toMatchObject({ kind: "refused", for: "sessions" });
    });
  });
}
