import { describe, expect, it } from "vitest";
import { outcomeUnknown, ParleyError, unavailable } from "../domain/errors.ts";
import type { ChangeOutcome, Receipt } from "../journal/port.ts";
import type { Copy } from "../live/port.ts";
import { operation, reading, scriptedLog, writing } from "./testing/scripted-log.ts";
import { eventAt, headAt, said } from "./testing/sessions.ts";
import type { WriteRequest } from "./write-session.ts";

const append = () => ({ events: [said("hello")] });
const change: WriteRequest["decide"] = (head) => ({ ...append(), ...(head && { state: head }) });

describe("a write", () => {
  it("is decided on the live head, which costs the journal one call", async () => {
    const { log, calls, view } = scriptedLog(3);
    view.held = { head: headAt(3), fresh: true };
    const written = await log.write(writing(append));
    expect(written.head?.session?.version).toBe(4);
    expect(calls.names()).toEqual(["live.read", "journal.changeSession", "live.install"]);
  });

  it("answers when what it wrote is installed, and after 50 ms without that", async () => {
    const { log, view, pass } = scriptedLog(3);
    view.held = { head: headAt(3), fresh: true };
    const installed = Promise.withResolvers<void>();
    view.answers.install = () => installed.promise;
    const answered: string[] = [];
    void log.write(writing(append)).then(() => answered.push("first"));
    await pass(40);
    expect(answered).toEqual([]);
    installed.resolve();
    await pass(0);
    expect(answered).toEqual(["first"]);
    view.answers.install = () => new Promise(() => {});
    void log.write(writing(append)).then(() => answered.push("second"));
    await pass(49);
    expect(answered).toEqual(["first"]);
    await pass(1);
    expect(answered).toEqual(["first", "second"]);
  });

  it("installs what it wrote as of a moment before its commit", async () => {
    const { log, calls, view } = scriptedLog(3);
    view.held = { head: headAt(3), fresh: true };
    const written = await log.write(writing(append));
    const copy = calls.given<Copy>("live.install");
    expect(copy?.head).toEqual(written.head);
    expect(copy?.events).toEqual(written.events);
    expect(copy?.asOf).toBeGreaterThan(0);
    expect(copy?.asOf).toBeLessThan(calls.named("journal.changeSession")[0]?.moment ?? 0);
  });

  it("that creates does so too", async () => {
    const { log, calls } = scriptedLog();
    const head = headAt(1, { uid: "uid-new", sessionId: "new" });
    await log.create({ operation: operation(), head, events: [said("hello")] }, false);
    const copy = calls.given<Copy>("live.install");
    expect(copy?.head).toEqual(head);
    expect(copy?.events.map(({ seq }) => seq)).toEqual([1]);
    expect(copy?.asOf).toBeGreaterThan(0);
    expect(copy?.asOf).toBeLessThan(calls.named("journal.createSession")[0]?.moment ?? 0);
  });

  it("is refused on the journal's word only, never on a live head's", async () => {
    const { log, calls, view } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: true };
    const refusedUntil = (version: number): WriteRequest["decide"] => {
      return (head) => {
        if ((head?.session?.version ?? 0) >= version) return append();
        throw new ParleyError("version_conflict", "not yet");
      };
    };
    const written = await log.write(writing(refusedUntil(4)));
    expect(written.events.map(({ seq }) => seq)).toEqual([5]);
    calls.forget();
    await expect(log.write(writing(refusedUntil(99)))).rejects.toThrow("not yet");
    expect(calls.named("journal.readHead")).toHaveLength(1);
    expect(calls.named("journal.changeSession")).toHaveLength(0);
  });

  it("of nothing is confirmed by the journal as well", async () => {
    const { log, calls, view } = scriptedLog(4);
    view.held = { head: headAt(3), fresh: true };
    const written = await log.write(writing(() => undefined));
    expect(written).toEqual({ head: headAt(4), events: [] });
    expect(calls.named("journal.readHead")).toHaveLength(1);
  });
});

describe("a write that fails", () => {
  it("with its outcome unknown leaves the view unbelieved until the bound has passed", async () => {
    const { log, calls, view, journal, pass } = scriptedLog(3);
    view.held = { head: headAt(3), fresh: true };
    journal.changeSession = async () => {
      throw outcomeUnknown();
    };
    await expect(log.write(writing(append))).rejects.toMatchObject({ reason: "outcome_unknown" });
    calls.forget();
    await log.read(reading());
    expect(calls.named("journal.readHead")).toHaveLength(1);
    await pass(2000);
    calls.forget();
    await log.read(reading());
    expect(calls.named("journal.readHead")).toHaveLength(0);
  });

  it("since the journal is away wrote nothing, and the view is believed", async () => {
    const { log, calls, view, journal } = scriptedLog(3);
    view.held = { head: headAt(3), fresh: true };
    journal.changeSession = async () => {
      throw unavailable();
    };
    await expect(log.write(writing(append))).rejects.toMatchObject({ reason: "unavailable" });
    calls.forget();
    await log.read(reading());
    expect(calls.names()).toEqual(["live.read"]);
  });
});

describe("a write that was done before", () => {
  const receipt: Receipt = {
    uid: headAt(3).uid,
    requestHash: operation().requestHash,
    firstSeq: 2,
    lastSeq: 3,
    head: undefined,
  };

  it("is answered with what it did, after the session was read anew and installed", async () => {
    const { log, calls, view, journal } = scriptedLog(5);
    view.held = { head: headAt(1), fresh: true };
    journal.changeSession = async () => ({ kind: "repeated", receipt });
    const written = await log.write(writing(append, { retryable: true }));
    expect(written.events.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(calls.names().slice(0, 4)).toEqual([
      "live.read",
      "journal.changeSession",
      "journal.readHead",
      "live.install",
    ]);
    expect(calls.given<Copy>("live.install")?.head).toEqual(headAt(5));
  });

  it("is answered so even if it would be refused now, where it is a retry", async () => {
    const { log, journal } = scriptedLog(5);
    journal.findReceipt = async () => receipt;
    const refuse = () => {
      throw new ParleyError("version_conflict", "refused");
    };
    const written = await log.write(writing(refuse, { retryable: true }));
    expect(written.events.map(({ seq }) => seq)).toEqual([2, 3]);
    await expect(log.write(writing(refuse))).rejects.toThrow("refused");
  });

  it("with another request is a conflict", async () => {
    const { log, journal } = scriptedLog(5);
    const requestHash = new Uint8Array(32).fill(1);
    journal.changeSession = async () => ({
      kind: "repeated",
      receipt: { ...receipt, requestHash },
    });
    const write = log.write(writing(append, { retryable: true }));
    await expect(write).rejects.toMatchObject({ reason: "idempotency_conflict" });
  });
});

describe("state changes that have met once", () => {
  /** A journal whose commits end when, and as, the test says. */
  function setUp() {
    const scripted = scriptedLog(3);
    const commits: PromiseWithResolvers<ChangeOutcome>[] = [];
    scripted.view.held = { head: headAt(3), fresh: true };
    scripted.journal.changeSession = () => {
      const commit = Promise.withResolvers<ChangeOutcome>();
      commits.push(commit);
      return commit.promise;
    };
    const committed = (version: number): ChangeOutcome => ({
      kind: "committed",
      head: headAt(version),
      events: [eventAt(version)],
    });
    return { ...scripted, commits, committed };
  }

  it("are decided anew one after the other, and later ones stand in line behind them", async () => {
    const { log, commits, committed, pass } = setUp();
    const writes = [log.write(writing(change)), log.write(writing(change))];
    await pass(0);
    expect(commits).toHaveLength(2);
    for (const commit of commits) commit.resolve({ kind: "moved", head: headAt(4) });
    await pass(0);
    writes.push(log.write(writing(change)));
    await pass(0);
    expect(commits).toHaveLength(3);
    for (const [done, version] of [5, 6, 7].entries()) {
      commits[2 + done]?.resolve(committed(version));
      await pass(0);
      expect(commits).toHaveLength(Math.min(5, 4 + done));
    }
    const versions = (await Promise.all(writes)).map(({ head }) => head?.session?.version);
    expect(versions).toEqual([5, 6, 7]);
  });

  it("do not hold up appends", async () => {
    const { log, commits, committed, pass } = setUp();
    const changed = log.write(writing(change));
    await pass(0);
    commits[0]?.resolve({ kind: "moved", head: headAt(4) });
    await pass(0);
    const appended = log.write(writing(append));
    await pass(0);
    expect(commits).toHaveLength(3);
    commits[2]?.resolve(committed(5));
    expect((await appended).head?.session?.version).toBe(5);
    commits[1]?.resolve(committed(6));
    expect((await changed).head?.session?.version).toBe(6);
  });

  it("give up as a conflict if the state never rests", async () => {
    const { log, journal } = scriptedLog(3);
    journal.changeSession = async () => ({ kind: "moved", head: headAt(4) });
    const write = log.write(writing(change));
    await expect(write).rejects.toMatchObject({ reason: "version_conflict" });
  });
});
