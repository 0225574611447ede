import { it } from "vitest";
import { openPostgresJournal } from "../../src/journal/index.ts";
import { createDatabase } from "../support/postgres.ts";
import { describeWithServices } from "../support/services.ts";
import { append, committed, draftedEvent, event, message, newSession, numbers } from "../contract/journal-writes.ts";
import { Role } from "../../gen/parley/v1/message_pb.js";

describeWithServices("x", () => {
  it("y", { timeout: 300000 }, async () => {
    const database = await createDatabase();
    const journal = await openPostgresJournal({ url: database.url });
    for (const size of [600, 5_000, 50_000]) {
      const head = await newSession(journal);
      const { uid } = head;
      const q = { uid, order: "desc", upToSeq: 999999, excerpt: { first: 448, last: 64 } } as const;
      const time = async (name: string, work: () => Promise<unknown>) => {
        for (let i = 0; i < 20; i++) await work();
        const t = performance.now();
        for (let i = 0; i < 100; i++) await work();
        process.stderr.write(`TIME ${size} ${name} ${((performance.now() - t) / 100).toFixed(3)} ms\n`);
      };
      const begin = { ...draftedEvent({ case: "turnStarted", value: {} }), startsTurn: true };
      committed(await journal.changeSession({ ...append(head, ""), events: [begin] }));
      for (let n = 0; n < size/100; n++) committed(await journal.changeSession({ ...append(head, ""), events: numbers(1, 100).map((i) => i % 2 ? event("sessionUpdated") : message("t", Role.TOOL)) }));
      await time("fat open", () => journal.readTurns({ ...q, fromTurn: 1, toTurn: 1 }));
      committed(await journal.changeSession({ ...append(head, ""), events: [draftedEvent({ case: "turnEnded", value: {} })] }));
      committed(await journal.changeSession({ ...append(head, ""), events: [begin] }));
      await time("fat ended", () => journal.readTurns({ ...q, fromTurn: 1, toTurn: 1 }));
      await time("tiny excerpt", () => journal.readTurns({ ...q, fromTurn: 1, toTurn: 1, excerpt: { first: 1, last: 1 } }));
    }
    await journal.close();
    await database.drop();
  });
});
