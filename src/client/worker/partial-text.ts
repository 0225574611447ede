import { failureOf } from "../failure.ts";
import { passes } from "./retry.ts";

/** Fragments are held back for so long, so that tokens that come together go together. */
const GAP_MS = 30;
/** So many code units do not wait. */
const FULL = 1024;
/** Code units in a fragment: in UTF-8 these are at most the 65,536 bytes that it may have. */
const MOST_UNITS = 21_845;
/** What was lost is told again after a while: the live view may be away. */
const RESTART_MS = 1_000;

/** Tells a fragment at an offset. Answers where the text ends that watchers have. */
export type Publish = (offset: number, text: string) => Promise<number>;

/**
 * The text of a message that is being written, told to watchers as it grows. Partials are a
 * courtesy: what cannot be told now is told with the next ones, and nothing waits for it.
 */
export class PartialText {
  readonly #publish: Publish;
  #text = "";
  /** How much of the text was told. */
  #told = 0;
  #sending = false;
  #lastSentAt = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(publish: Publish) {
    this.#publish = publish;
  }

  get text(): string {
    return this.#text;
  }

  add(fragment: string): void {
    this.#text += fragment;
    this.#schedule();
  }

  /** Tells no more. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    const untold = wholeEnd(this.#text, this.#text.length) - this.#told;
    if (this.#over || this.#sending || untold <= 0) return;
    clearTimeout(this.#timer);
    const now = performance.now();
    const due = Math.max(this.#notBefore, untold >= FULL ? now : this.#lastSentAt + GAP_MS);
    if (due <= now) this.#send();
    else this.#timer = setTimeout(() => this.#send(), due - now);
  }

  #send(): void {
    const from = this.#told;
    const to = wholeEnd(this.#text, Math.min(this.#text.length, from + MOST_UNITS));
    this.#sending = true;
    this.#lastSentAt = performance.now();
    this.#publish(from, this.#text.slice(from, to))
      .then(
        (end) => this.#follow(from, end),
        (error) => this.#missed(error),
      )
      .finally(() => {
        this.#sending = false;
        this.#schedule();
      });
  }

  #follow(from: number, end: number): void {
    if (end > from && end <= this.#text.length) this.#told = end;
    else this.#restart();
  }

  #missed(error: unknown): void {
    const failure = failureOf(error);
    if (failure.reason === "partial_gap") this.#restart();
    else if (passes(failure)) this.#notBefore = performance.now() + RESTART_MS;
    else this.end();
  }

  /** Watchers have another text, or none: the message is in the log, or the view has lost it. */
  #restart(): void {
    this.#told = 0;
    this.#notBefore = performance.now() + RESTART_MS;
  }
}

/** The place at or before `end` that does not cut a character in two. */
function wholeEnd(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
