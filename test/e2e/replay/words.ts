import { expect } from "vitest";
import type { RestClient } from "../../support/rest.ts";
import type { Expectation } from "./expectation.ts";

interface Hit {
  readonly session_id: string;
  readonly seq: number;
  readonly role: string;
  readonly highlights: readonly {
    readonly text: string;
    readonly matches: readonly { readonly start: number; readonly end: number }[];
  }[];
}

/** A message that can be found. */
export interface Said {
  readonly sessionId: string;
  readonly seq: number;
  readonly role: string;
  readonly content: string;
}

export function saidIn({ sessionId, turns }: Expectation): Said[] {
  return turns.flatMap(({ events }) =>
    events.flatMap(({ seq, role, content }) =>
      role === undefined || !content ? [] : [{ sessionId, seq, role, content }],
    ),
  );
}

/** Where each word stands: words that any parser of texts takes for one wherever they stand. */
export function plainWords(said: readonly Said[]): ReadonlyMap<string, readonly Said[]> {
  const places = new Map<string, Set<Said>>();
  const odd = new Set<string>();
  for (const message of said) {
    for (const { 0: found, index } of message.content.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)) {
      const word = found.toLowerCase();
      const before = message.content.slice(0, index).at(-1) ?? " ";
      const after = message.content.slice(index + found.length);
      if (!/\s/u.test(before) || !/^[,.?!]*(\s|$)/u.test(after)) odd.add(word);
      places.set(word, (places.get(word) ?? new Set()).add(message));
    }
  }
  const plain = [...places].filter(([word]) => /^[a-z]{3,}$/.test(word) && !odd.has(word));
  return new Map(plain.map(([word, messages]) => [word, [...messages]]));
}

/** Words of every frequency: so many, evenly taken from the rarest to the most frequent. */
export function spread(words: ReadonlyMap<string, readonly Said[]>, count: number): string[] {
  const byFrequency = [...words].toSorted(
    ([a, inA], [b, inB]) => inA.length - inB.length || (a < b ? -1 : 1),
  );
  const last = byFrequency.length - 1;
  const picked = Array.from({ length: count }, (_, i) =>
    Math.round((last * i) / Math.max(count - 1, 1)),
  );
  return [...new Set(picked)].map((i) => byFrequency[i]![0]);
}

/** What a search finds, all its pages. */
export async function find(client: RestClient, query: Record<string, string>): Promise<Hit[]> {
  const hits: Hit[] = [];
  let page_token = "";
  do {
    const asked = new URLSearchParams({
      limit: "100",
      ...query,
      ...(page_token && { page_token }),
    });
    const { status, body } = await client.get(`/api/v1/search?${asked}`);
    expect([query, status]).toEqual([query, 200]);
    hits.push(...body.hits);
    page_token = body.next_page_token;
  } while (page_token !== "");
  return hits;
}

/** Expects exactly these messages, each once. */
export function expectFound(query: string, hits: readonly Hit[], said: readonly Said[]): void {
  const place = (id: string, seq: number, role: string) => `${id} ${seq} ${role}`;
  expect(
    hits.map(({ session_id, seq, role }) => place(session_id, seq, role)).toSorted(),
    query,
  ).toEqual(said.map(({ sessionId, seq, role }) => place(sessionId, seq, role)).toSorted());
}

/** Expects that every hit shows where the words are. */
export function expectShown(hits: readonly Hit[], words: readonly string[]): void {
  for (const { highlights } of hits) {
    const shown = highlights.flatMap(({ text, matches }) =>
      matches.map(({ start, end }) => text.slice(start, end).toLowerCase()),
    );
    expect(new Set(shown)).toEqual(new Set(words));
  }
}
