import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { KnownIds } from "./known-ids.ts";
import type { Random } from "./random.ts";

/** Texts that have broken somebody's parser before. */
const TEXTS = [
  "",
  "a",
  "0",
  "-1",
  "-0",
  "1e999",
  "NaN",
  "null",
  "true",
  "9223372036854775808",
  "99999999999999999999999999",
  ".",
  "..",
  "../../etc/passwd",
  "%",
  "%00",
  "%zz",
  "%ff%fe",
  "%2e%2e%2f",
  "a/b",
  "a:b:c",
  ":cancel",
  "latest",
  "create",
  "fuzz-1",
  "fuzz-2",
  "fuzz-3",
  "\u0000",
  "\u202e\ufeff\u200b",
  "\ud800",
  "👩‍👩‍👧‍👦".repeat(8),
  "é".repeat(300),
  "'; DROP TABLE sessions; --",
  "{{7*7}}",
  "2026-01-02T03:04:05Z",
  "0000-00-00T99:99:99+25:00",
  "1.5s",
  "-315576000001s",
  "AQID",
  "=====",
  "__proto__",
  "constructor",
  "a.b.c.d.e",
  "toString",
] as const;

export function hostileText(random: Random): string {
  if (random.chance(0.7)) return random.pick(TEXTS);
  if (random.chance(0.02)) return "x".repeat(random.below(100_000));
  return random.bytes(random.below(24)).toString(random.pick(["latin1", "hex", "base64"]));
}

/** JSON of any form; often deep, sometimes none at all. */
export function hostileJson(random: Random): string {
  const deep = random.below(300);
  return random.pick([
    () => "[".repeat(deep) + "]".repeat(deep),
    () => `${'{"a":'.repeat(deep)}1${"}".repeat(deep)}`,
    () => `${'{"context":'.repeat(deep)}{}${"}".repeat(deep)}`,
    () => JSON.stringify(hostileText(random)),
    () => `{"title":"x","title":"y"}`,
    () => '{"__proto__":{"title":"x"},"constructor":1}',
    () => `{"limit":1e999,"title":"\\ud800"}`,
    () => '{"a":1,}',
    () => "nul",
    () => "",
    () => "\ufeff{}",
    () => random.bytes(random.below(200)).toString("latin1"),
  ])();
}

/** JSON that mostly fits a message, so that some of it gets past the readers. */
export function messageJson(random: Random, desc: DescMessage, ids: KnownIds, depth = 0): unknown {
  if (random.chance(0.03)) return hostileText(random);
  if (desc.typeName === "google.protobuf.FieldMask")
    return random.pick(["title", "title,x", "a b"]);
  if (desc.typeName === "google.protobuf.Duration") return random.pick(["90s", "-1s", "1e3s", 5]);
  if (desc.typeName === "google.protobuf.Struct") {
    return random.chance(0.8) ? { k: [1, null, { d: hostileText(random) }] } : [];
  }
  const members: Record<string, unknown> = {};
  for (const field of desc.fields) {
    if (random.chance(LEASED.has(field.name) ? 0.1 : depth === 0 ? 0.6 : 0.75)) continue;
    const name = random.chance(0.8) ? field.name : field.jsonName;
    members[name] = fieldJson(random, field, ids, depth);
  }
  if (random.chance(0.05)) members[hostileText(random)] = 1;
  return members;
}

/** Mostly there and right: else nothing of what a worker says is ever looked at. */
const LEASED: ReadonlySet<string> = new Set(["task_id", "lease_id"]);

function fieldJson(random: Random, field: DescField, ids: KnownIds, depth: number): unknown {
  if (random.chance(0.05)) return random.pick([null, [], {}, "x", 1.5, true]);
  if (field.fieldKind === "map") return { [hostileText(random)]: hostileText(random) };
  if (field.fieldKind === "list") {
    return Array.from({ length: random.below(4) }, () => elementJson(random, field, ids, depth));
  }
  return elementJson(random, field, ids, depth);
}

function elementJson(random: Random, field: DescField, ids: KnownIds, depth: number): unknown {
  if (field.message) return depth > 4 ? {} : messageJson(random, field.message, ids, depth + 1);
  if (field.enum) {
    const { name, number } = random.pick(field.enum.values);
    return random.pick([number, name, name.split("_").at(-1)?.toLowerCase(), 99, "none"]);
  }
  switch (field.scalar) {
    case ScalarType.STRING:
      return field.name.endsWith("_id") && random.chance(LEASED.has(field.name) ? 0.9 : 0.6)
        ? knownId(random, field.name, ids)
        : hostileText(random);
    case ScalarType.BOOL:
      return random.chance(0.5);
    case ScalarType.BYTES:
      return random.bytes(random.below(30)).toString("base64");
    default:
      return random.pick([0, 1, 7, 100, -1, 2 ** 31, 2 ** 53, "12", "1e2", 0.5]);
  }
}

/** Of something that a field of this name can mean, or else of a session. */
export function knownId(random: Random, name: string, ids: KnownIds): string {
  return random.pick(Object.hasOwn(ids, name) ? ids[name as keyof KnownIds] : ids.session_id);
}
