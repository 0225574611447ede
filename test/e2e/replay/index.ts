import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { haveRealDialogues, type RecordedDialogue, realRecords } from "../../support/dialogues.ts";
import { type RestClient, rest, uniqueUser } from "../../support/rest.ts";
import type { TestService } from "../../support/service.ts";
import { agentOf, play, serverAt, tellingOf } from "./agent.ts";
import { type Expectation, expectationOf } from "./expectation.ts";
import { madeRecords } from "./made-records.ts";
import { expectEvents, expectHead, expectStates, expectTurns } from "./views.ts";
import { expectFound, expectShown, find, plainWords, saidIn, spread } from "./words.ts";

/** How many play or read at once. */
const AT_ONCE = 16;

const PATIENCE = { timeout: 240_000 };

/**
 * The real dialogues, at most so many, else dialogues of our own, played by concurrent agents; then
 * everything that can be read of them is what the file says.
 */
export function replaySuite(
  name: string,
  open: () => Promise<readonly TestService[]>,
  {
    atMost,
    suite = describe,
  }: { atMost: number; suite?: (name: string, tests: () => void) => void },
): void {
  const records = (haveRealDialogues ? realRecords() : madeRecords(40)).slice(0, atMost);
  const kind = haveRealDialogues ? "real dialogues" : "dialogues of our own";

  suite(`${records.length} ${kind} played as turns: ${name}`, () => {
    const user = uniqueUser();
    const sessions = records.map(expectationOf);
    let servers: readonly TestService[] = [];
    let readers: RestClient[];

    beforeAll(async () => {
      servers = await open();
      readers = servers.map(({ url }) => rest(url, { "x-user-id": user }));
      await playAll(records, user, servers);
    }, PATIENCE.timeout);
    afterAll(async () => {
      for (const server of servers) await server.close();
    });

    /** Each session from one of the servers, some at once. */
    const ofEach = (check: (reader: RestClient, session: Expectation) => Promise<unknown>) =>
      someAtOnce(sessions, (session, i) => check(readers[i % readers.length]!, session));

    it("are counted in their heads", PATIENCE, () => ofEach(expectHead));

    it("are turns with their tools, rules and scenarios, either way", PATIENCE, () =>
      ofEach(expectTurns),
    );

    it("are events by turn, and states as they were after every turn", PATIENCE, () =>
      ofEach(async (reader, session) => {
        const times = await expectEvents(reader, session);
        await expectStates(reader, session, times);
      }),
    );

    it("are found by their words, all of them and nothing else", PATIENCE, async () => {
      const said = sessions.flatMap(saidIn);
      const words = plainWords(said);
      const [reader] = readers;
      await ofEach((client, session) => closingIsFound(client, session));
      for (const word of spread(words, 40)) {
        const hits = await find(reader!, { q: word });
        expectFound(word, hits, words.get(word)!);
        expectShown(hits, [word]);
      }
      await expectCombined(reader!, words, records);
    });
  });
}

async function playAll(
  records: readonly RecordedDialogue[],
  user: string,
  services: readonly TestService[],
): Promise<void> {
  const servers = services.map(({ url }) => serverAt(url, user));
  try {
    await someAtOnce(records, (record, i) => play(record, tellingOf(i), servers));
  } finally {
    for (const server of servers) server.close();
  }
}

async function someAtOnce<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<unknown>,
): Promise<void> {
  const rest = items.entries();
  const worker = async () => {
    for (const [index, item] of rest) await work(item, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The last thing that was said is found as it stands; the index follows a log in its order. */
async function closingIsFound(client: RestClient, session: Expectation): Promise<void> {
  const { seq, content } = saidIn(session).at(-1)!;
  const phrase = content.replaceAll('"', " ").slice(0, 200);
  const query = { q: `"${phrase.replace(/\s+\S*$/u, "")}"`, session_id: session.sessionId };
  const places = async () => (await find(client, query)).map((hit) => hit.seq);
  await expect.poll(places, { timeout: 30_000 }).toContain(seq);
}

/** Words together, in either's place, of one agent, of one role. */
async function expectCombined(
  client: RestClient,
  words: ReturnType<typeof plainWords>,
  records: readonly RecordedDialogue[],
): Promise<void> {
  const agents = new Map(records.map((record) => [record.dialogue_id, agentOf(record)]));
  const frequent = spread(words, 40).slice(-8);
  for (const [i, one] of frequent.entries()) {
    const other = frequent[(i + 1) % frequent.length]!;
    const [inOne, inOther] = [words.get(one)!, words.get(other)!];
    const both = inOne.filter((message) => inOther.includes(message));
    expectFound(`${one} ${other}`, await find(client, { q: `${other} ${one}` }), both);
    const either = [...new Set([...inOne, ...inOther])];
    expectFound(`${one} or ${other}`, await find(client, { q: `${one} or ${other}` }), either);
    const without = inOne.filter((message) => !inOther.includes(message));
    expectFound(`${one} -${other}`, await find(client, { q: `${one} -${other}` }), without);
    const role = { q: one, role: "user" };
    const byUser = inOne.filter((message) => message.role === "user");
    expectFound(`${one} by users`, await find(client, role), byUser);
    const agent_id = agents.get(inOne[0]!.sessionId)!;
    const ofAgent = inOne.filter(({ sessionId }) => agents.get(sessionId) === agent_id);
    expectFound(`${one} of ${agent_id}`, await find(client, { q: one, agent_id }), ofAgent);
  }
}
