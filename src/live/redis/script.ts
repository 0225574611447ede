import { readFileSync } from "node:fs";
import type { Cluster, Redis } from "ioredis";

/** A client that commands and scripts are sent to, standalone, Sentinel or Cluster. */
export type RedisClient = Redis | Cluster;

export type Argument = string | number | Uint8Array;

/** What a reply is made of; strings arrive as bytes. */
export type Reply = number | Buffer | null | readonly Reply[];

/**
 * A Lua script as TypeScript sees it. Keys and arguments go by name; their
 * order here is that of `KEYS` and `ARGV`, and a test holds the header of the
 * Lua file, its use of both and this declaration against each other.
 */
export interface Script<Key extends string, Arg extends string, Result> {
  readonly name: string;
  readonly lua: string;
  readonly keys: readonly Key[];
  readonly args: readonly Arg[];
  /** Name of what may follow the named arguments, any number of times. */
  readonly rest: string | undefined;
  readonly decode: (reply: Reply) => Result;
}

interface Declaration<Key extends string, Arg extends string, Result> {
  readonly keys: readonly Key[];
  readonly args: readonly Arg[];
  readonly rest?: string;
  readonly decode: (reply: Reply) => Result;
}

/** Declares `lua/<name>.lua`. */
export function declareScript<Key extends string, Arg extends string, Result>(
  name: string,
  { keys, args, rest, decode }: Declaration<Key, Arg, Result>,
): Script<Key, Arg, Result> {
  const lua = readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), "utf8");
  return { name, lua, keys, args, rest, decode };
}

/** A declared script, bound to a client. */
export type BoundScript<Key extends string, Arg extends string, Result> = (
  keys: Readonly<Record<Key, string>>,
  args: Readonly<Record<Arg, Argument>>,
  rest?: readonly Argument[],
) => Promise<Result>;

/**
 * Binds a script to a client: sent as EVALSHA, and whole where the server does
 * not know it (after a restart or a fail-over), which is the client's work.
 */
export function bindScript<Key extends string, Arg extends string, Result>(
  client: RedisClient,
  script: Script<Key, Arg, Result>,
): BoundScript<Key, Arg, Result> {
  const command = `parley_${script.name}`;
  client.defineCommand(command, { lua: script.lua, numberOfKeys: script.keys.length });
  // The client adds a method per script, which its types cannot know.
  const methods = client as unknown as Record<string, (...args: unknown[]) => Promise<Reply>>;
  return async (keys, args, rest = []) => {
    const reply = await methods[`${command}Buffer`]!(
      ...script.keys.map((name) => keys[name]),
      ...script.args.map((name) => bytes(args[name])),
      ...rest.map(bytes),
    );
    return script.decode(reply);
  };
}

/** The client knows strings, numbers and Buffers; a plain Uint8Array it would spell out. */
function bytes(argument: Argument): string | number | Buffer {
  if (!(argument instanceof Uint8Array) || Buffer.isBuffer(argument)) return argument as Buffer;
  return Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength);
}
