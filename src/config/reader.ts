import type { Env } from "./env.ts";
import {
  type Parsed,
  parseDuration,
  parseInteger,
  parseMatching,
  parseOneOf,
  parseOrigins,
  parseUrl,
} from "./parse.ts";
import { VARIABLES, type VariableName } from "./variables.ts";

export interface Problem {
  readonly variable: VariableName;
  readonly text: string;
}

/** Reads variables with their defaults and keeps what was wrong with them. */
export class Reader {
  readonly problems: Problem[] = [];
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  refuse(variable: VariableName, text: string): void {
    this.problems.push({ variable, text });
  }

  defaultOf(name: VariableName): string {
    return VARIABLES.find((variable) => variable.name === name)?.default ?? "";
  }

  integer(name: VariableName, min: number, max: number): number {
    return this.#read(name, (text) => parseInteger(text, min, max), 0);
  }

  /** In milliseconds, as the bounds. */
  duration(name: VariableName, minMs: number, maxMs: number): number {
    return this.#read(name, (text) => parseDuration(text, minMs, maxMs), minMs);
  }

  oneOf<const T extends string>(name: VariableName, names: readonly [T, ...T[]]): T {
    return this.#read(name, (text) => parseOneOf(text, names), names[0]);
  }

  matching(name: VariableName, form: RegExp, allowed: string): string {
    return this.#read(name, (text) => parseMatching(text, form, allowed), "");
  }

  list<T>(name: VariableName, parse: (text: string) => Parsed<readonly T[]>): readonly T[] {
    return this.#read(name, parse, []);
  }

  origins(name: VariableName): readonly string[] {
    return this.#read(name, parseOrigins, []);
  }

  /** Undefined when not set. Its value is in no problem, since it may hold a password. */
  secretUrl(name: VariableName, schemes: readonly string[]): string | undefined {
    const text = this.#env[name];
    if (text === undefined) return undefined;
    const parsed = parseUrl(text, schemes);
    if ("value" in parsed) return parsed.value;
    this.refuse(name, `must be ${parsed.allowed}`);
    return undefined;
  }

  #read<T>(name: VariableName, parse: (text: string) => Parsed<T>, otherwise: T): T {
    const text = this.#env[name] ?? this.defaultOf(name);
    const parsed = parse(text);
    if ("value" in parsed) return parsed.value;
    this.refuse(name, `${JSON.stringify(text)} must be ${parsed.allowed}`);
    return otherwise;
  }
}
