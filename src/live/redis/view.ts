import type { EventRecord } from "../../domain/event.ts";
import type { Charge, Payer, Settlement } from "../../domain/rate-limits.ts";
import { type SessionKeys, sessionKeys } from "../keys.ts";
import { newestEvents, type TailLimits, versionOf } from "../limits.ts";
import type {
  Admission,
  Copy,
  Fragment,
  Glance,
  LiveKey,
  LiveView,
  Moment,
  Publication,
  PublishedFragment,
  Subscription,
  WakeListener,
  Want,
} from "../port.ts";
import { Gate } from "./gate.ts";
import { OpenMessages } from "./open-messages.ts";
import { type BoundScript, bindScript, type RedisClient } from "./script.ts";
import type { forget, install, ReadReply, Scripts } from "./scripts.ts";
import { Subscriber } from "./subscriber.ts";
import { TokenBuckets } from "./token-buckets.ts";
import { encodeEvent, encodeHead, parseElement, parseHead } from "./values.ts";

export interface RedisViewOptions {
  readonly prefix: string;
  readonly boundMs: number;
  readonly residencyMs: number;
  readonly silenceMs: number;
  readonly tail: TailLimits;
  readonly readLimitMs: number;
  readonly installLimitMs: number;
  readonly subscribeLimitMs: number;
  readonly probeEveryMs: number;
  readonly onError: (error: unknown) => void;
}

interface Parts {
  readonly commands: RedisClient;
  readonly wakeUps: RedisClient;
  readonly scripts: Scripts;
}

type Keys = "head" | "tail" | "wake";

/**
 * The live view in Redis. Moments are the server's milliseconds; in a cluster
 * any node's, so that the differences of its clocks come on top of the bound.
 * The rule of coherence is in `lua/install.lua`.
 */
export class RedisView implements LiveView {
  readonly #options: RedisViewOptions;
  readonly #client: RedisClient;
  readonly #subscriber: Subscriber;
  readonly #gate: Gate;
  readonly #openMessages: OpenMessages;
  readonly #buckets: TokenBuckets;
  readonly #read: BoundScript<"head" | "tail", "after" | "last", ReadReply>;
  readonly #install: BoundScript<Keys, (typeof install.args)[number], Moment>;
  readonly #forget: BoundScript<(typeof forget.keys)[number], "uid", Moment>;
  readonly #refresh: NodeJS.Timeout;
  #moment: Moment | undefined;
  #heardLately = false;

  constructor({ commands, wakeUps, scripts }: Parts, options: RedisViewOptions) {
    this.#options = options;
    this.#client = commands;
    this.#read = bindScript(commands, scripts.read);
    this.#install = bindScript(commands, scripts.install);
    this.#forget = bindScript(commands, scripts.forget);
    this.#gate = new Gate({ probe: () => this.#askTime(), probeEveryMs: options.probeEveryMs });
    this.#openMessages = new OpenMessages(commands, scripts, this.#gate, {
      limitMs: options.readLimitMs,
      silenceMs: options.silenceMs,
    });
    this.#buckets = new TokenBuckets(commands, scripts, this.#gate, {
      prefix: options.prefix,
      limitMs: options.readLimitMs,
      onError: options.onError,
    });
    this.#subscriber = new Subscriber(wakeUps, {
      limitMs: options.subscribeLimitMs,
      pingEveryMs: options.subscribeLimitMs,
      onError: options.onError,
    });
    commands.on("ready", () => this.#gate.probeNow());
    // The next connection may lead to another server with another clock.
    for (const event of ["close", "-node"]) commands.on(event, () => this.#forgetMoment());
    this.#refresh = setInterval(() => this.#refreshMoment(), options.boundMs / 4);
    this.#refresh.unref();
  }

  lastMoment(): Moment | undefined {
    return this.#moment;
  }

  async read(key: LiveKey, want: Want): Promise<Glance> {
    const keys = this.#keysOf(key);
    const reply = await this.#gate.pass(this.#options.readLimitMs, () =>
      this.#read(keys, { after: want.eventsAfter ?? "", last: want.lastEvents ?? "" }),
    );
    this.#hear(reply.now);
    return this.#glance(reply);
  }

  async install(copy: Copy): Promise<void> {
    const { boundMs, residencyMs, tail, installLimitMs } = this.#options;
    const version = versionOf(copy);
    const { uid, rewriteSeq, session } = copy.head;
    const keys = this.#keysOf(copy.under ?? session!);
    const events = newestEvents(copy, tail).map(encodeEvent);
    const args = {
      uid,
      version,
      rewrite: rewriteSeq,
      as_of: copy.asOf ?? 0,
      bound: boundMs,
      residency: residencyMs,
      max_events: tail.events,
      max_bytes: tail.bytes,
      blob: encodeHead(copy.head),
    };
    this.#hear(await this.#gate.pass(installLimitMs, () => this.#install(keys, args, events)));
  }

  subscribe(key: LiveKey, listener: WakeListener): Promise<Subscription> {
    return this.#subscriber.subscribe(this.#keysOf(key).wake, listener);
  }

  publish(key: LiveKey, admission: Admission, fragment: Fragment): Promise<Publication> {
    return this.#openMessages.publish(this.#keysOf(key), admission, fragment);
  }

  readOpenMessage(key: LiveKey, uid: string): Promise<PublishedFragment | undefined> {
    return this.#openMessages.read(this.#keysOf(key), uid);
  }

  closeMessages(key: LiveKey, uid: string, messageIds: readonly string[]): Promise<void> {
    return this.#openMessages.close(this.#keysOf(key), uid, messageIds);
  }

  takeTokens(payer: Payer, charges: readonly Charge[]): Settlement | Promise<Settlement> {
    return this.#buckets.takeTokens(payer, charges);
  }

  get lifeMs(): number {
    return Math.max(this.#options.residencyMs, this.#options.silenceMs);
  }

  async forget(key: LiveKey, uid: string): Promise<void> {
    const keys = this.#keysOf(key);
    const { readLimitMs } = this.#options;
    this.#hear(await this.#gate.pass(readLimitMs, () => this.#forget(keys, { uid })));
  }

  async ping(): Promise<void> {
    await this.#gate.pass(this.#options.readLimitMs, () => this.#askTime());
  }

  async close(): Promise<void> {
    clearInterval(this.#refresh);
    this.#gate.close();
    this.#subscriber.close();
    this.#client.disconnect();
  }

  #keysOf(key: LiveKey): SessionKeys {
    return sessionKeys(this.#options.prefix, key);
  }

  #glance({ now, head: value, events }: ReadReply): Glance {
    const stored = value === null ? undefined : parseHead(value);
    if (stored === undefined) {
      return { moment: now, head: undefined, fresh: false, events: undefined };
    }
    const fresh = now < stored.freshUntil && stored.freshUntil <= now + this.#options.boundMs;
    return { moment: now, head: stored.head, fresh, events: parseEvents(events) };
  }

  async #askTime(): Promise<void> {
    const [seconds, micros] = (await this.#client.time()) as [number, number];
    this.#hear((Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)) as Moment);
  }

  #hear(moment: Moment): void {
    this.#moment = moment;
    this.#heardLately = true;
  }

  #forgetMoment(): void {
    this.#moment = undefined;
  }

  /** Keeps the last moment young enough for writers while nothing else is asked. */
  #refreshMoment(): void {
    if (!this.#heardLately) this.ping().catch(() => {}); // the gate has noticed
    this.#heardLately = false;
  }
}

function parseEvents(elements: readonly Buffer[] | null): EventRecord[] | undefined {
  return elements?.map(parseElement);
}
