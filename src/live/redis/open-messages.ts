import { assertMessageId, behind, endOf } from "../fragment.ts";
import type { SessionKeys } from "../keys.ts";
import { CLOSED_MESSAGES } from "../limits.ts";
import type { Admission, Fragment, Publication, PublishedFragment } from "../port.ts";
import type { Gate } from "./gate.ts";
import { type BoundScript, bindScript, type RedisClient } from "./script.ts";
import type { close, PublishReply, publish, Scripts } from "./scripts.ts";
import { parseOpenMessage } from "./values.ts";

export interface OpenMessagesOptions {
  readonly limitMs: number;
  readonly silenceMs: number;
}

/** The open message of each session, in one value beside its head. */
export class OpenMessages {
  readonly #client: RedisClient;
  readonly #gate: Gate;
  readonly #options: OpenMessagesOptions;
  readonly #publish: BoundScript<
    (typeof publish.keys)[number],
    (typeof publish.args)[number],
    PublishReply
  >;
  readonly #close: BoundScript<"open", (typeof close.args)[number], number>;

  constructor(
    client: RedisClient,
    scripts: Pick<Scripts, "publish" | "close">,
    gate: Gate,
    options: OpenMessagesOptions,
  ) {
    this.#client = client;
    this.#gate = gate;
    this.#options = options;
    this.#publish = bindScript(client, scripts.publish);
    this.#close = bindScript(client, scripts.close);
  }

  /** Where a fragment begins inside what is there, the script says so and gets the rest alone. */
  async publish(keys: SessionKeys, by: Admission, fragment: Fragment): Promise<Publication> {
    assertMessageId(fragment.messageId);
    for (let rest = fragment; ; ) {
      const reply = await this.#send(keys, by, rest);
      if (reply.kind !== "overlap") return reply;
      rest = behind(rest, reply.end);
    }
  }

  async read(keys: SessionKeys, uid: string): Promise<PublishedFragment | undefined> {
    const { limitMs } = this.#options;
    const value = await this.#gate.pass(limitMs, () => this.#client.getBuffer(keys.open));
    return value === null ? undefined : parseOpenMessage(value, uid);
  }

  async close(keys: SessionKeys, uid: string, messageIds: readonly string[]): Promise<void> {
    const { limitMs, silenceMs } = this.#options;
    messageIds.forEach(assertMessageId);
    if (messageIds.length === 0) return;
    const args = { uid, silence: silenceMs, most: CLOSED_MESSAGES };
    await this.#gate.pass(limitMs, () => this.#close(keys, args, messageIds));
  }

  #send(keys: SessionKeys, { uid, version }: Admission, fragment: Fragment) {
    const { messageId: message, role, offset, text } = fragment;
    const { limitMs, silenceMs: silence } = this.#options;
    const length = endOf(fragment) - offset;
    const args = { uid, version, message, role, offset, length, text, silence };
    return this.#gate.pass(limitMs, () => this.#publish(keys, args));
  }
}
