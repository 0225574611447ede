import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { unavailable } from "../../domain/errors.ts";

export interface JwksOptions {
  readonly url: string;
  /** From when on a set is fetched anew, in the background. Default 10 minutes. */
  readonly maxAgeMs?: number;
  /** How long a set counts that cannot be fetched anew. Default 24 hours. */
  readonly keptMs?: number;
  /** Between two fetches, however many tokens name a key that is not there. Default 30 s. */
  readonly cooldownMs?: number;
  readonly monotonic?: () => number;
}

const FETCH_MS = 5000;
/** Between two tries while the issuer is away. */
const RETRY_MS = 5000;
const MAX_BYTES = 1_000_000;

interface Loaded {
  readonly get: ReturnType<typeof createLocalJWKSet>;
  readonly at: number;
}

/**
 * The keys of an issuer. They are fetched with the first token, again when they are old, and when a
 * token names one that is not among them, since issuers change keys; and kept while the issuer is
 * away. Rejects with `unavailable` if there are none to go by.
 */
export function jwksKeys(options: JwksOptions): JWTVerifyGetKey {
  const { maxAgeMs = 600_000, keptMs = 86_400_000, cooldownMs = 30_000 } = options;
  const monotonic = options.monotonic ?? (() => performance.now());
  let loaded: Loaded | undefined;
  let nextAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<void> | undefined;

  const load = async () => {
    const at = monotonic();
    nextAt = at + Math.min(RETRY_MS, cooldownMs);
    loaded = { get: createLocalJWKSet(await fetchKeys(options.url)), at };
    nextAt = at + cooldownMs;
  };
  /** Fetches, or joins a fetch; not again before the cooldown is over. */
  const reload = (): Promise<void> => {
    if (loading !== undefined) return loading;
    if (monotonic() < nextAt) return Promise.resolve();
    loading = load().finally(() => {
      loading = undefined;
    });
    return loading;
  };
  const current = async (): Promise<Loaded> => {
    if (loaded === undefined) await reload().catch((cause) => refuse(cause));
    else if (monotonic() - loaded.at > maxAgeMs) void reload().catch(() => undefined);
    if (loaded !== undefined && monotonic() - loaded.at < keptMs) return loaded;
    return refuse(new Error("the keys of the tokens' issuer could not be fetched lately"));
  };

  return async (header, token) => {
    const { get } = await current();
    try {
      return await get(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // Of an issuer that is away nothing newer can be had; then the token is not good.
      await reload().catch(() => undefined);
      if (loaded === undefined || loaded.get === get) throw error;
      return loaded.get(header, token);
    }
  };
}

function refuse(cause: unknown): never {
  throw unavailable(cause);
}

/** Redirects are not followed: they would lead to where nobody has checked. */
async function fetchKeys(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: "application/jwk-set+json, application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(FETCH_MS),
  });
  if (!response.ok) throw new Error(`the key set answers with status ${response.status}`);
  const text = await textOf(response);
  return JSON.parse(text) as JSONWebKeySet;
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error("the key set is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
