import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ErasureStatus } from "../../gen/parley/v1/erasure_service_pb.js";
import { ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { eraseUsers } from "../../src/archiver/erasure.ts";
import { finishPurges } from "../../src/archiver/purging.ts";
import { purgeArchived } from "../../src/archiver/retention.ts";
import type { Chore } from "../../src/archiver/sweeper.ts";
import { bytesWithoutPlace, decodeEvent, newEvent } from "../../src/domain/event.ts";
import { DEFAULT_RETENTION, type Retention } from "../../src/domain/retention.ts";
import { uuidV7 } from "../../src/ids.ts";
import { PACK_DELAY_MS } from "../../src/journal/archive/port.ts";
import { openPgliteJournal } from "../../src/journal/index.ts";
import type { AccountOwner, Journal } from "../../src/journal/port.ts";
import { openMemoryView } from "../../src/live/index.ts";
import { createLog, type Log } from "../../src/log/log.ts";
import { checkedAccount, depositOf, newOwner } from "../contract/journal-accounts.ts";
import { newKey } from "../contract/journal-keys.ts";
import { run } from "../contract/journal-work.ts";
import {
  addressOf,
  append,
  committed,
  contents,
  newSession,
  operation,
  restate,
  restated,
  wholeLog,
} from "../contract/journal-writes.ts";

/** A process that dies after so many calls, each of which was made. */
function mortal(journal: Journal, calls: number): Journal {
  let left = calls;
  const erasing = new Proxy(journal.erasing, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        if (left-- <= 0) throw new Error("dead");
        return method(...args);
      };
    },
  });
  return new Proxy(journal, {
    get(target, name) {
      if (name === "erasing") return erasing;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("what takes sessions and users away", () => {
  let journal: Journal;
  let log: Log;
  let now = Date.parse("2030-01-01T00:00:00.000Z");
  const clock = { now: () => new Date(now), monotonic: () => now };
  beforeAll(async () => {
    journal = await openPgliteJournal({ dir: undefined, clock: clock.now });
    const live = openMemoryView({ boundMs: Number.POSITIVE_INFINITY });
    const logger = undefined as never;
    log = createLog({ journal, live, clock, logger, stalenessMs: Number.POSITIVE_INFINITY });
  });
  afterAll(async () => {
    log.close();
    await journal.close();
  });

  const partsOf = (of: Journal) => ({
    journal: of,
    log,
    clock,
    ids: uuidV7,
    stalenessMs: Number.POSITIVE_INFINITY,
  });

  async function full(owner: AccountOwner): Promise<void> {
    const title = "theirs";
    await journal.deposit(depositOf(owner, 5));
    await journal.createKey(newKey(owner));
    for (let n = 0; n < 3; n++) {
      const head = await newSession(journal, { ...owner, title });
      committed(await journal.changeSession(append(head, "text")));
    }
    committed(await journal.createSession(run(owner, { held: 2 })));
  }

  async function asked(owner: AccountOwner): Promise<string> {
    const { erasure } = await journal.erasing.requestErasure({
      ...owner,
      erasureId: randomUUID(),
      pseudonym: `erased:${randomUUID()}`,
      requestedAt: clock.now(),
      operation: operation(),
    });
    return erasure.erasureId;
  }

  /** Lets chores do what is due, time going on, until the erasure has ended; says how often. */
  async function untilErased(
    { tenantId }: AccountOwner,
    erasureId: string,
    choresOf: (life: number) => readonly Chore[],
  ) {
    for (let life = 1; life < 500; life++) {
      for (const chore of choresOf(life)) await chore.run().catch(() => {});
      const erasure = await journal.erasing.readErasure({ tenantId, erasureId });
      if (erasure?.status === ErasureStatus.COMPLETED) return { erasure, lives: life };
      now += 11_000;
    }
    throw new Error("an erasure never ends");
  }

  it("go on wherever they were broken off, and count nothing twice", async () => {
    const owner = newOwner();
    const other = newOwner();
    await full(owner);
    await full(other);
    const { erasure, lives } = await untilErased(owner, await asked(owner), (life) => {
      const parts = partsOf(mortal(journal, 1 + (life % 7)));
      return life % 2 === 0 ? [eraseUsers(parts)] : [finishPurges(parts)];
    });
    expect(lives).toBeGreaterThan(8);
    expect(erasure.removed).toMatchObject({
      sessions: 4,
      tasks: 1,
      api_keys: 1,
      // The deposit, what the run held, and that it got it back.
      ledger_entries: 3,
    });
    const alias = { ...owner, userId: erasure.pseudonym };
    expect(await checkedAccount(journal, alias)).toMatchObject({ available: 5, held: 0, runs: 0 });
    expect(await checkedAccount(journal, owner)).toMatchObject({ available: 0 });
    expect(await journal.erasing.sessionsOf(owner, 10)).toEqual([]);
    expect(await journal.erasing.sessionsOf(other, 10)).toHaveLength(4);
    expect(await checkedAccount(journal, other)).toMatchObject({ available: 3, held: 2, runs: 1 });
  });

  it("take away what nobody can read any more", async () => {
    const owner = newOwner();
    await newSession(journal, owner);
    const broken = new Proxy(log, {
      get: (target, name) =>
        name === "write"
          ? () => Promise.reject(new TypeError("cannot be decoded"))
          : Reflect.get(target, name),
    });
    const { erasure } = await untilErased(owner, await asked(owner), () => {
      const parts = { ...partsOf(journal), log: broken };
      return [eraseUsers(parts), finishPurges(parts)];
    });
    expect(erasure.removed).toMatchObject({ sessions: 1, events: 1 });
  });

  it("leave what a user wrote in another's session, without the name", async () => {
    const [owner, user] = [newOwner(), newOwner()];
    const head = await newSession(journal, owner);
    const write = async (id: string, content: string) => {
      const actor = create(ActorSchema, { type: ActorType.USER, id });
      const payload = { case: "message", value: { role: Role.USER, content } } as const;
      const event = newEvent({ eventId: randomUUID(), at: clock.now(), actor, payload });
      committed(await journal.changeSession({ ...append(head, ""), events: [event] }));
    };
    for (let n = 0; n < 3; n++) {
      await write(user.userId, `theirs ${n}`);
      await write(owner.userId, `ours ${n}`);
    }
    const address = addressOf(head);
    const living = (await journal.readHead(address))!;
    const state = restated(living, { archivedAt: timestampFromDate(clock.now()) });
    state.visited = true;
    committed(await journal.changeSession({ ...restate(living, state), movesGate: true }));
    await journal.packLog(head.uid, new Date(now + 2 * PACK_DELAY_MS));
    expect(await wholeLog(journal, head.uid)).toEqual([]);

    const { erasure } = await untilErased(user, await asked(user), (life) => {
      const parts = partsOf(mortal(journal, 1 + (life % 7)));
      return [eraseUsers(parts)];
    });
    const log = await wholeLog(journal, head.uid);
    expect(contents(log)).toEqual([
      "theirs 0",
      "ours 0",
      "theirs 1",
      "ours 1",
      "theirs 2",
      "ours 2",
    ]);
    const text = log.map(({ bytes }) => Buffer.from(bytes).toString("latin1")).join();
    expect(text).not.toContain(user.userId);
    expect(text.split(erasure.pseudonym)).toHaveLength(3 + 2);
    expect(log.map((record) => decodeEvent(record).type).at(-1)).toBe("actor_erased");
    const after = (await journal.readHead(address))!;
    const bytes = log.reduce((sum, record) => sum + bytesWithoutPlace(record), 0);
    expect(Number(after.session!.logBytes)).toBe(bytes);
  });

  it("follow the rules of retention as they are now", async () => {
    const tenantId = `t-${randomUUID()}`;
    const { RESEARCH, UNSPECIFIED: CONVERSATION } = SessionType;
    const archived = async (sessionType: SessionType) => {
      const head = await newSession(journal, { tenantId, sessionType });
      const state = restated(head, { archivedAt: timestampFromDate(clock.now()) });
      return committed(await journal.changeSession({ ...restate(head, state), movesGate: true }))
        .head;
    };
    const [research, talk] = [await archived(RESEARCH), await archived(CONVERSATION)];
    const isThere = async (head: typeof talk) =>
      (await journal.readHead(addressOf(head))) !== undefined;
    const there = async () => [await isThere(research), await isThere(talk)];
    const sweep = async (types: readonly (readonly [SessionType, number])[]) => {
      const keeping = { others: Number.POSITIVE_INFINITY, types: new Map(types) };
      const retention: Retention = {
        ...DEFAULT_RETENTION,
        tenants: new Map([[tenantId, keeping]]),
      };
      await purgeArchived({ journal, clock, retention }).run();
      return there();
    };
    now += 1000;
    expect(await sweep([[RESEARCH, 1001]])).toEqual([true, true]);
    expect(await sweep([])).toEqual([true, true]);
    expect(await sweep([[RESEARCH, 1000]])).toEqual([false, true]);
    expect(await sweep([[CONVERSATION, 10]])).toEqual([false, false]);
  });
});
