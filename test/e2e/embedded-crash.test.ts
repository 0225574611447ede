import { describe, expect, it } from "vitest";
import { haveRealDialogues, madeDialogues, realDialogues } from "../support/dialogues.ts";
import { expectStored } from "../support/equal-dialogues.ts";
import { type ParleyProcess, startParley } from "../support/process.ts";
import { rest, uniqueUser } from "../support/rest.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { grpcClients, storeDialogues } from "../support/writers.ts";

describe("an embedded process", () => {
  const real = haveRealDialogues ? "the real dialogues" : "dialogues of our own";

  it(`keeps ${real} through kill -9`, { timeout: 120_000 }, async () => {
    const env = { PARLEY_DATA: temporaryFolder("crash") };
    const dialogues = haveRealDialogues ? realDialogues() : madeDialogues(60);
    const user = uniqueUser();
    const first = await startParley({ env });
    const ledger = await storeDialogues(first.url, user, dialogues);
    expect(ledger.size).toBe(dialogues.length);
    await expectStored(first.url, user, ledger);
    await first.kill9();
    const second = await startParley({ env });
    await expectStored(second.url, user, ledger);
    await second.stop();
    removeFolder(env.PARLEY_DATA);
  });

  it("loses and doubles nothing acknowledged when it is killed in the middle of a load", {
    timeout: 120_000,
  }, async () => {
    const env = { PARLEY_DATA: temporaryFolder("crash") };
    const user = uniqueUser();
    let parley = await startParley({ env });
    const acknowledged = new Set<string>();
    const sessionId = "hot";
    await rest(parley.url, { "x-user-id": user }).post("/api/v1/sessions", {
      session_id: sessionId,
    });
    for (let round = 0; round < 3; round++) {
      await appendUntilKilled(parley, user, sessionId, `r${round}`, acknowledged);
      parley = await startParley({ env });
    }
    const { body } = await rest(parley.url, { "x-user-id": user }).get("/api/v1/sessions/hot");
    const contents: string[] = [];
    for (let after = 0; after < body.version; ) {
      const path = `/api/v1/sessions/hot/log?limit=1000&after_seq=${after}`;
      const { events } = (await rest(parley.url, { "x-user-id": user }).get(path)).body;
      for (const event of events) {
        expect(event.seq).toBe(++after);
        if (event.message !== undefined) contents.push(event.message.content);
      }
    }
    expect(new Set(contents).size).toBe(contents.length);
    expect([...acknowledged].filter((content) => !contents.includes(content))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(100);
    await parley.stop();
    removeFolder(env.PARLEY_DATA);
  });
});

/** Appends with 16 writers and kills the process in the middle of it. */
async function appendUntilKilled(
  parley: ParleyProcess,
  user: string,
  sessionId: string,
  round: string,
  acknowledged: Set<string>,
): Promise<void> {
  const { conversation, close } = grpcClients(parley.url, user);
  let killed = false;
  const writer = async (_: unknown, w: number) => {
    for (let i = 0; !killed; i++) {
      const content = `${round}-${w}-${i}`;
      await conversation.appendMessages({ sessionId, messages: [{ role: 1, content }] }).then(
        () => acknowledged.add(content),
        () => {
          killed = true;
        },
      );
    }
  };
  const writers = Promise.all(Array.from({ length: 16 }, writer));
  const before = acknowledged.size;
  while (acknowledged.size < before + 200) await new Promise((r) => setTimeout(r, 10));
  await parley.kill9();
  await writers;
  close();
}
