import { Listeners } from "../listeners.ts";
import { LiveViewAway, type Subscription, type WakeListener } from "../port.ts";
import { withinTime } from "./gate.ts";
import type { RedisClient } from "./script.ts";
import { parseWord } from "./values.ts";

export interface SubscriberOptions {
  /** Time limit of a subscription, ms. */
  readonly limitMs: number;
  /** How often the connection is asked for a sign of life, ms. */
  readonly pingEveryMs: number;
  readonly onError: (error: unknown) => void;
}

interface Channel {
  /** Settles when Redis has confirmed or refused its subscription. */
  confirmed: Promise<void>;
}

/** All wake-ups of a process over one client: a channel is subscribed once, however many listen. */
export class Subscriber {
  readonly #client: RedisClient;
  readonly #options: SubscriberOptions;
  readonly #listeners: Listeners;
  readonly #channels = new Map<string, Channel>();
  readonly #heartbeat: NodeJS.Timeout;
  #renewing = false;
  #renewAgain = false;
  #closed = false;

  constructor(client: RedisClient, options: SubscriberOptions) {
    this.#client = client;
    this.#options = options;
    this.#listeners = new Listeners(options.onError);
    client.on("smessage", (channel: string, message: string) => this.#hear(channel, message));
    // "ready": the connection is new. "subscribersReady": a cluster has new
    // connections to some of its nodes, or slots have moved.
    client.on("ready", () => void this.#renewAll());
    client.on("subscribersReady", () => void this.#renewAll());
    // A connection that died without a word is noticed only by asking.
    this.#heartbeat = setInterval(() => client.ping().catch(() => {}), options.pingEveryMs);
    this.#heartbeat.unref();
  }

  /** @throws {LiveViewAway} within the time limit. */
  async subscribe(name: string, listener: WakeListener): Promise<Subscription> {
    const seat = this.#listeners.add(name, listener);
    const leave = async () => {
      if (!this.#listeners.remove(name, seat)) return;
      this.#channels.delete(name);
      await this.#leave(name);
    };
    try {
      await this.#join(name).confirmed;
    } catch (error) {
      await leave();
      throw new LiveViewAway("wake-ups cannot be subscribed to", { cause: error });
    }
    return { close: leave };
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.#client.disconnect();
  }

  #join(name: string): Channel {
    const known = this.#channels.get(name);
    if (known !== undefined) return known;
    const channel = { confirmed: this.#confirm(name) };
    this.#channels.set(name, channel);
    return channel;
  }

  async #confirm(name: string): Promise<void> {
    await withinTime(this.#options.limitMs, this.#client.ssubscribe(name));
  }

  /** Best effort: what nobody listens to is dropped here, and a new connection begins without. */
  async #leave(name: string): Promise<void> {
    await withinTime(this.#options.limitMs, this.#client.sunsubscribe(name)).catch(() => {});
  }

  async #renewAll(): Promise<void> {
    this.#renewAgain = this.#renewing;
    if (this.#renewing || this.#closed) return;
    this.#renewing = true;
    try {
      await Promise.all([...this.#channels].map(([name, channel]) => this.#renew(name, channel)));
    } catch (error) {
      // Half subscribed is not subscribed: begin anew.
      this.#options.onError(error);
      if (!this.#closed) this.#client.disconnect(true);
    }
    this.#renewing = false;
    if (this.#renewAgain) await this.#renewAll();
  }

  /** Listeners look for themselves only after the confirmation, else they could miss more. */
  async #renew(name: string, channel: Channel): Promise<void> {
    channel.confirmed = this.#confirm(name);
    await channel.confirmed;
    this.#listeners.lose(name);
  }

  #hear(channel: string, message: string): void {
    const word = parseWord(message);
    if ("version" in word) this.#listeners.wake(channel, word.uid, word.version);
    else this.#listeners.tell(channel, word.uid, word.fragment);
  }
}
