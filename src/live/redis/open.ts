import { assertPrefix, DEFAULT_PREFIX } from "../keys.ts";
import {
  DEFAULT_BOUND_MS,
  DEFAULT_RESIDENCY_MS,
  DEFAULT_SILENCE_MS,
  DEFAULT_TAIL,
  type TailLimits,
} from "../limits.ts";
import type { LiveView } from "../port.ts";
import { parseRedisUrl, type RedisAddress } from "./address.ts";
import { connectRedis, whenReady } from "./connect.ts";
import { close, forget, install, publish, read, take } from "./scripts.ts";
import { RedisView } from "./view.ts";

export interface OpenRedisViewOptions {
  /** A URL as `parseRedisUrl` reads it, or what it gives. */
  readonly redis: string | RedisAddress;
  /** Before every key, default `parley:`. No braces. */
  readonly prefix?: string;
  /** Staleness bound in ms, default 2000. The same in all processes on one Redis. */
  readonly boundMs?: number;
  /** How long an idle session stays, ms, default one hour; at least twice the bound. */
  readonly residencyMs?: number;
  /** How long an open message stays after its last fragment, ms, default 10 minutes. */
  readonly silenceMs?: number;
  readonly tail?: TailLimits;
  /** Time limits in ms; defaults 100, 50 and 1000. */
  readonly readLimitMs?: number;
  readonly installLimitMs?: number;
  readonly subscribeLimitMs?: number;
  /** How often a Redis that went away is asked whether it is back, ms, default 250. */
  readonly probeEveryMs?: number;
  /** Is told what goes wrong where nobody waits for an answer. Default: nobody is. */
  readonly onError?: (error: unknown) => void;
}

/** How long the start waits for the first answer, ms. A Redis that is away does not hinder it. */
const FIRST_ANSWER_MS = 1_000;

/**
 * Opens the live view in Redis. Resolves when it answers, or after a second if
 * it does not; it then goes on trying.
 * @throws {TypeError} if the URL is not one.
 * @throws {RangeError} if the prefix has braces or a bound is not a positive number.
 */
export async function openRedisView(options: OpenRedisViewOptions): Promise<LiveView> {
  const { redis, prefix = DEFAULT_PREFIX, onError = () => {} } = options;
  const boundMs = Math.ceil(options.boundMs ?? DEFAULT_BOUND_MS);
  assertPrefix(prefix);
  if (!(boundMs >= 1 && boundMs < Infinity)) throw new RangeError("boundMs: at least 1");
  const address = typeof redis === "string" ? parseRedisUrl(redis) : redis;
  const commands = connectRedis(address, "parley", onError);
  const wakeUps = connectRedis(address, "parley-wake-ups", onError);
  const view = new RedisView(
    { commands, wakeUps, scripts: { read, install, publish, close, take, forget } },
    {
      prefix,
      boundMs,
      residencyMs: Math.max(options.residencyMs ?? DEFAULT_RESIDENCY_MS, 2 * boundMs),
      silenceMs: options.silenceMs ?? DEFAULT_SILENCE_MS,
      tail: options.tail ?? DEFAULT_TAIL,
      readLimitMs: options.readLimitMs ?? 100,
      installLimitMs: options.installLimitMs ?? 50,
      subscribeLimitMs: options.subscribeLimitMs ?? 1_000,
      probeEveryMs: options.probeEveryMs ?? 250,
      onError,
    },
  );
  await Promise.all([commands, wakeUps].map((client) => whenReady(client, FIRST_ANSWER_MS)));
  await view.ping().catch(onError);
  return view;
}
