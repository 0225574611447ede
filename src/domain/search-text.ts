import type { Event } from "../../gen/parley/v1/event_pb.js";
import { messageOf } from "./message.ts";

/** Most excerpts of one text. */
const MAX_EXCERPTS = 3;
/** About how long an excerpt is, in UTF-16 code units. */
const EXCERPT = 160;
/** What of a text is looked through for excerpts. */
const MAX_TEXT = 100_000;

/** A piece of a text, with the words in it that were sought. */
export interface Excerpt {
  readonly text: string;
  /** In UTF-16 code units of `text`; `end` is the first one after the word. */
  readonly matches: readonly { readonly start: number; readonly end: number }[];
}

/** What of an event can be found; undefined if nothing can. */
export function searchableText(event: Event): string | undefined {
  const message = messageOf(event);
  return message === undefined || message.content === "" ? undefined : message.content;
}

/** The words that a query wants to be there, in lower case. */
export function soughtWords(query: string): ReadonlySet<string> {
  const wanted = query.replace(/(^|\s)-("[^"]*"?|\S+)/gu, " ");
  return new Set(wordsOf(wanted).map(({ word }) => word));
}

/** Where a text has any of the words: at most three excerpts, the first ones. */
export function excerptsOf(text: string, sought: ReadonlySet<string>): Excerpt[] {
  const found = wordsOf(text.slice(0, MAX_TEXT)).filter(({ word }) => sought.has(word));
  const excerpts: Excerpt[] = [];
  for (let i = 0; i < found.length && excerpts.length < MAX_EXCERPTS; ) {
    const [start, end] = window(text, found[i]!);
    const inside = found.slice(i).filter((word) => word.end <= end);
    excerpts.push({
      text: text.slice(start, end),
      matches: inside.map((word) => ({ start: word.start - start, end: word.end - start })),
    });
    i += inside.length;
  }
  return excerpts;
}

interface Word {
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)].map(({ 0: word, index }) => ({
    word: word.toLowerCase(),
    start: index,
    end: index + word.length,
  }));
}

/** A piece of the text around a word, cut where it breaks no character. */
function window(text: string, { start, end }: Word): [number, number] {
  const before = Math.max(0, start - Math.floor(EXCERPT / 4));
  const after = Math.max(end, Math.min(text.length, before + EXCERPT));
  return [whole(text, before), whole(text, after)];
}

function whole(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}
