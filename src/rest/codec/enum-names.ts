import type { DescEnum, DescEnumValue } from "@bufbuild/protobuf";
import { Invalid } from "./violation.ts";

/** The names of an enum, compiled once. */
export interface EnumNames {
  /** Lower-case name without the enum's prefix: `running`. Unique within the enum. */
  readonly short: ReadonlyMap<number, string>;
  /** The number a text names: a short or full name in any case, or digits. */
  parse(text: string): number | Invalid;
}

const compiled = new WeakMap<DescEnum, EnumNames>();

export function enumNames(desc: DescEnum): EnumNames {
  let names = compiled.get(desc);
  if (names === undefined) {
    names = compile(desc);
    compiled.set(desc, names);
  }
  return names;
}

function compile(desc: DescEnum): EnumNames {
  const exact = new Map<string, number>();
  for (const value of desc.values) exact.set(value.jsonName, value.number);
  for (const value of desc.values) exact.set(value.name, value.number);
  const lower = lowerCaseNames(desc);
  const short = shortNames(desc, lower);
  const choices = [...short].filter(([number]) => !isUnspecified(desc, number));
  const names = choices.map(([, name]) => name).slice(0, 20);
  const unknown = new Invalid(`must be one of ${names.join(", ")}`);
  return {
    short,
    parse: (text) =>
      exact.get(text) ?? lower.get(text.toLowerCase()) ?? parseNumber(desc, text) ?? unknown,
  };
}

/** The zero value that means "not said"; it is read, but nobody is asked to write it. */
function isUnspecified(desc: DescEnum, number: number): boolean {
  return number === 0 && desc.value[0]?.name.endsWith("UNSPECIFIED") === true;
}

/**
 * Unknown numbers pass where the enum is open, as in standard JSON: an older
 * server must be able to hand on what a newer client says. Rules such as
 * protovalidate's `defined_only` refuse them where they should.
 */
function parseNumber(desc: DescEnum, text: string): number | undefined {
  if (!/^-?(?:0|[1-9][0-9]{0,9})$/.test(text)) return undefined;
  return checkEnumNumber(desc, Number(text));
}

/** The number if the enum can hold it, else undefined. */
export function checkEnumNumber(desc: DescEnum, number: number): number | undefined {
  if (desc.value[number] !== undefined) return number;
  return desc.open && (number | 0) === number ? number : undefined;
}

/**
 * What each lower-case text stands for: a full name, else a name without the enum's
 * prefix. What would stand for two numbers stands for none.
 */
function lowerCaseNames(desc: DescEnum): Map<string, number> {
  const full = unambiguous(desc.values.map((value) => [value.name.toLowerCase(), value.number]));
  const taken = new Set(desc.values.map((value) => value.name.toLowerCase()));
  const stripped = desc.values.map((value): Spelling => [withoutPrefix(value), value.number]);
  return new Map([...unambiguous(stripped.filter(([name]) => !taken.has(name))), ...full]);
}

type Spelling = readonly [name: string, number: number];

function unambiguous(spellings: readonly Spelling[]): Map<string, number> {
  const numbers = new Map<string, number>();
  const ambiguous = new Set<string>();
  for (const [name, number] of spellings) {
    if (numbers.has(name) && numbers.get(name) !== number) ambiguous.add(name);
    numbers.set(name, number);
  }
  for (const name of ambiguous) numbers.delete(name);
  return numbers;
}

/**
 * A JSON name of the schema's own is kept. A short name that reads as another value
 * or as a number (`VERSION_1`) gives way to the full one.
 */
function shortNames(desc: DescEnum, lower: ReadonlyMap<string, number>): Map<number, string> {
  const firstOfNumber = desc.values.filter((value) => desc.value[value.number] === value);
  return new Map(
    firstOfNumber.map((value) => {
      if (value.jsonName !== value.name) return [value.number, value.jsonName];
      const candidates = [withoutPrefix(value), value.name.toLowerCase()];
      const reads = (name: string) => lower.get(name) === value.number && !/^[0-9]*$/.test(name);
      return [value.number, candidates.find(reads) ?? value.name];
    }),
  );
}

function withoutPrefix({ parent, name }: DescEnumValue): string {
  const prefix = `${upperSnake(parent.name)}_`;
  return (name.startsWith(prefix) ? name.slice(prefix.length) : name).toLowerCase();
}

/** `HTTPStatus` and `HttpStatus` both give `HTTP_STATUS`, as buf's linter wants prefixes. */
function upperSnake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toUpperCase();
}
