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
  const short = shortNames(desc);
  const numbers = new Map<string, number>();
  for (const value of desc.values) numbers.set(value.name.toLowerCase(), value.number);
  for (const [number, name] of short) numbers.set(name, number);
  const choices = [...short].filter(([number]) => !isUnspecified(desc, number));
  const names = choices.map(([, name]) => name).slice(0, 20);
  const unknown = new Invalid(`must be one of ${names.join(", ")}`);
  return {
    short,
    parse: (text) => numbers.get(text.toLowerCase()) ?? parseNumber(desc, text) ?? unknown,
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
 * Two values that would share a short name, and names that would read as a
 * number (`VERSION_1`), keep their full name in lower case.
 */
function shortNames(desc: DescEnum): Map<number, string> {
  const prefix = `${upperSnake(desc.name)}_`;
  const strip = (value: DescEnumValue) =>
    (value.name.startsWith(prefix) ? value.name.slice(prefix.length) : value.name).toLowerCase();
  const firstOfNumber = desc.values.filter((value) => desc.value[value.number] === value);
  const uses = new Map<string, number>();
  for (const value of firstOfNumber) uses.set(strip(value), (uses.get(strip(value)) ?? 0) + 1);
  return new Map(
    firstOfNumber.map((value) => {
      const name = strip(value);
      const ambiguous = uses.get(name) !== 1 || name === "" || /^-?[0-9]+$/.test(name);
      return [value.number, ambiguous ? value.name.toLowerCase() : name];
    }),
  );
}

/** `HTTPStatus` and `HttpStatus` both give `HTTP_STATUS`, as buf's linter wants prefixes. */
function upperSnake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toUpperCase();
}
