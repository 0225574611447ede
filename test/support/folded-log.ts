import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { type Head, HeadSchema } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import { SessionSchema } from "../../gen/parley/v1/session_pb.js";
import { bytesWithoutPlace, decodeEvent } from "../../src/domain/event.ts";
import { foldEvents } from "../../src/domain/fold.ts";
import type { Journal, SessionAddress } from "../../src/journal/port.ts";
import { readWholeRange } from "../../src/log/read-events.ts";
import { expectFoldedTasks } from "./folded-work.ts";

/**
 * Expects that the head a journal has of a session is what follows from its log,
 * that its counters count what stands there, and that its tasks are what they were
 * submitted as and became: a head that says anything else would say something else
 * again for every place of the past.
 */
export async function expectFolded(journal: Journal, address: SessionAddress): Promise<Head> {
  const head = await journal.readHead(address);
  if (head?.session === undefined) throw new Error("there is no such session");
  const { uid, session } = head;
  const records = await readWholeRange(journal, { uid, afterSeq: 0, upToSeq: session.version });
  const events = records.map(decodeEvent);
  const folded = foldEvents(create(HeadSchema, { uid }), events);
  expect(stateOf(folded)).toEqual(stateOf(head));
  const logBytes = records.reduce((sum, record) => sum + bytesWithoutPlace(record), 0);
  expect(countersOf(head)).toEqual({
    seqs: events.map((_, i) => i + 1),
    messageCount: events.filter(({ payload }) => payload.case === "message").length,
    turnCount: Math.max(...events.map(({ turnNumber }) => turnNumber)),
    turnNumbers: runningNumbers(events),
    logBytes: BigInt(logBytes),
  });
  await expectFoldedTasks(journal, head, events);
  return head;

  function countersOf({ session: counted }: Head) {
    const { messageCount, turnCount, logBytes } = counted!;
    const [seqs, turnNumbers] = [events.map(({ seq }) => seq), events.map((e) => e.turnNumber)];
    return { seqs, messageCount, turnCount, turnNumbers, logBytes };
  }
}

/** The head without what the journal counts, and without its versions. */
function stateOf(head: Head): Head {
  const session: MessageInitShape<typeof SessionSchema> = {
    ...head.session!,
    version: 0,
    stateVersion: 0,
    messageCount: 0,
    turnCount: 0,
    logBytes: 0n,
    updatedAt: undefined as never,
  };
  const counted = { ...head, session: create(SessionSchema, { ...session, $typeName: undefined }) };
  return create(HeadSchema, { ...counted, $typeName: undefined, gateVersion: 0, rewriteSeq: 0 });
}

/** Numbers of turns never fall, and rise by one. */
function runningNumbers(events: readonly Event[]): number[] {
  let last = 0;
  return events.map(({ turnNumber }) => {
    last = turnNumber === last + 1 ? turnNumber : last;
    return last;
  });
}
