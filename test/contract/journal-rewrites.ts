import { expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { Change, Journal } from "../../src/journal/port.ts";
import {
  addressOf,
  append,
  committed,
  contents,
  event,
  message,
  newSession,
  numbers,
  operation,
  restate,
  restated,
  wholeLog,
} from "./journal-writes.ts";

/** Changes that replace events, and changes that are held to a turn. */
export function rewriteContract(journal: () => Journal): void {
  /** A change of the state `on` has, with which the event at a seq says something else. */
  function rewriting(on: Head, seq: number, content: string, growth = 0): Change {
    const state = { ...restated(on, {}), rewriteSeq: on.session!.version + 1 };
    const { bytes } = message(content);
    return { ...restate(on, state), rewrites: [{ seq, bytes, growth }] };
  }

  async function sessionOf(...texts: string[]): Promise<Head> {
    const head = await newSession(journal());
    for (const text of texts) committed(await journal().changeSession(append(head, text)));
    return (await journal().readHead(addressOf(head)))!;
  }

  it("replaces an event in its place, for everybody who reads it", async () => {
    const head = await sessionOf("a", "secret", "c");
    const outcome = committed(await journal().changeSession(rewriting(head, 3, "b", -5)));
    expect(outcome.head).toMatchObject({ rewriteSeq: 5, session: { version: 5 } });
    const size = BigInt(outcome.events[0]!.bytes.length - 2);
    expect(outcome.head.session!.logBytes).toBeLessThanOrEqual(head.session!.logBytes + size - 5n);
    expect(await journal().readHead(addressOf(head))).toEqual(outcome.head);
    const log = await wholeLog(journal(), head.uid);
    expect(log.map(({ seq }) => seq)).toEqual(numbers(1, 5));
    expect(contents(log)).toEqual(["a", "b", "c"]);
    const { uid } = head;
    const query = { uid, order: "asc", afterSeq: 2, upToSeq: 3, limit: 1, offset: 0 } as const;
    expect(contents(await journal().readMessages(query))).toEqual(["b"]);
    const turns = { uid, fromTurn: 2, toTurn: 2, order: "asc", upToSeq: 9 } as const;
    const excerpt = { first: 9, last: 9 };
    const [turn] = await journal().readTurns({ ...turns, excerpt });
    expect(contents(turn!.events)).toEqual(["b"]);
  });

  it("touches no other session's event at that seq", async () => {
    const [one, other] = [await sessionOf("a"), await sessionOf("a")];
    committed(await journal().changeSession(rewriting(one, 2, "x")));
    expect(contents(await wholeLog(journal(), other.uid))).toEqual(["a"]);
  });

  it("replaces nothing where the change is not made", async () => {
    const head = await sessionOf("a");
    const state = restated(head, { title: "moved" });
    committed(await journal().changeSession(restate(head, state)));
    expect((await journal().changeSession(rewriting(head, 2, "x"))).kind).toBe("moved");
    const op = operation();
    const now = (await journal().readHead(addressOf(head)))!;
    committed(await journal().changeSession({ ...rewriting(now, 2, "b"), operation: op }));
    const again = { ...rewriting(now, 2, "c"), operation: op };
    expect((await journal().changeSession(again)).kind).toBe("repeated");
    expect(contents(await wholeLog(journal(), head.uid))).toEqual(["b"]);
  });

  it("makes a change that is held to a turn only while that is the last one, one of many", async () => {
    const head = await sessionOf("a");
    const held = (text: string, atTurn: number) => ({ ...append(head, text), atTurn });
    const early = await journal().changeSession(held("early", 0));
    expect(early).toMatchObject({ kind: "moved", head: { session: { turnCount: 1 } } });
    const answer = { ...held("", 1), events: [message("answer", Role.ASSISTANT)] };
    const outcomes = await Promise.all([
      journal().changeSession(append(head, "note", operation(), Role.SYSTEM)),
      journal().changeSession(answer),
      ...numbers(1, 9).map((n) => journal().changeSession(held(`turn ${n}`, 1))),
      journal().changeSession(append(head, "next")),
    ]);
    const kinds = outcomes.map(({ kind }) => kind);
    const committedOnes = ["committed", "committed", "committed"];
    expect(kinds).toEqual([...committedOnes, ...numbers(1, 8).map(() => "moved"), "committed"]);
    const changed = { ...restate(head, restated(head, { title: "t" })), atTurn: 2 };
    expect((await journal().changeSession(changed)).kind).toBe("moved");
    expect((await journal().changeSession({ ...changed, atTurn: 3 })).kind).toBe("committed");
    const log = await wholeLog(journal(), head.uid);
    expect(contents(log)).toEqual(["a", "note", "answer", "turn 1", "next"]);
    expect(log.at(-1)).toMatchObject({ seq: 7, turn: 3 });
  });

  it("leaves the place of what it replaced, and counts nothing twice", async () => {
    const head = await sessionOf("a", "b");
    const { events } = committed(await journal().changeSession(rewriting(head, 2, "x")));
    expect(events.map(({ seq, turn }) => [seq, turn])).toEqual([[4, 2]]);
    committed(await journal().changeSession({ ...append(head, ""), events: [event()] }));
    const after = await journal().readHead(addressOf(head));
    expect(after?.session).toMatchObject({ version: 5, messageCount: 2, turnCount: 2 });
  });
}
