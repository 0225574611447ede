import {
  create,
  type DescMessage,
  type FileRegistry,
  fromJson,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
  toJsonString,
} from "@bufbuild/protobuf";
import {
  AnySchema,
  FileDescriptorProtoSchema,
  StringValueSchema,
  TimestampSchema,
} from "@bufbuild/protobuf/wkt";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryJson } from "../testing/arbitrary-json.ts";
import { arbitraryMessage } from "../testing/arbitrary-message.ts";
import { arbitrarySchema } from "../testing/arbitrary-schema.ts";
import { getMessage } from "../testing/schema.ts";
import { createJsonReader } from "./json-reader.ts";
import { protoJson } from "./json-style.ts";
import { createJsonWriter } from "./json-writer.ts";
import { MAX_DEPTH } from "./read-context.ts";
import { Violations } from "./violation.ts";

const REFUSED = "refused";

/** A value for the first message of a schema; a counterexample shows both in short. */
class Sample<T> {
  readonly registry: FileRegistry;
  readonly desc: DescMessage;
  readonly sample: T;

  constructor(registry: FileRegistry, sample: T) {
    this.registry = registry;
    this.desc = getMessage(registry, "M0");
    this.sample = sample;
  }

  [fc.toStringMethod](): string {
    const file = toJsonString(FileDescriptorProtoSchema, this.desc.file.proto);
    return `${fc.stringify(this.sample)} of ${file}`;
  }
}

const wellKnown = [TimestampSchema, StringValueSchema, AnySchema];

function inAny(registry: FileRegistry): DescMessage[] {
  return [getMessage(registry, "M1"), ...wellKnown];
}

/** A schema made at random, and something made for its first message. */
function sampleOf<T>(
  schema: fc.Arbitrary<FileRegistry>,
  make: (desc: DescMessage, registry: FileRegistry) => fc.Arbitrary<T>,
): fc.Arbitrary<Sample<T>> {
  return schema.chain((registry) =>
    make(getMessage(registry, "M0"), registry).map((sample) => new Sample(registry, sample)),
  );
}

function attempt(action: () => string): string {
  try {
    return action();
  } catch {
    return REFUSED;
  }
}

function show(desc: DescMessage, message: Message): string {
  return Buffer.from(toBinary(desc, message)).toString("hex");
}

function read({ registry, desc }: Sample<unknown>, json: unknown): string {
  const violations = new Violations();
  const message = create(desc);
  const fill = createJsonReader(registry).object(desc, new Set());
  fill(message as never, json, { violations, depth: MAX_DEPTH });
  return violations.any ? REFUSED : show(desc, message);
}

const normal = (text: string) => (text === REFUSED ? text : JSON.parse(text));

describe("in the standard style, over schemas made at random", () => {
  test("messages are written as protobuf-es writes them, or as little", () => {
    const samples = sampleOf(arbitrarySchema({ required: true }), (desc) =>
      arbitraryMessage(desc, 2, wellKnown),
    );
    let written = 0;
    fc.assert(
      fc.property(samples, ({ registry, desc, sample }) => {
        const write = createJsonWriter(protoJson, registry).message(desc);
        const options = { alwaysEmitImplicit: true, registry };
        const expected = attempt(() => JSON.stringify(toJson(desc, sample, options)));
        const here = attempt(() => write(sample));
        expect(normal(here)).toEqual(normal(expected));
        if (here !== REFUSED) written++;
      }),
      { numRuns: 200 },
    );
    expect(written).toBeGreaterThan(100);
  });

  test("documents are read as protobuf-es reads them, or refused as it refuses them", () => {
    const samples = sampleOf(arbitrarySchema({ required: false }), (desc, registry) =>
      arbitraryJson(desc, 2, inAny(registry)),
    );
    const outcomes = { taken: 0, refused: 0 };
    fc.assert(
      fc.property(samples, (context) => {
        const { registry, desc, sample } = context;
        const expected = attempt(() =>
          show(desc, fromJson(desc, sample as JsonValue, { registry })),
        );
        expect(read(context, sample)).toEqual(expected);
        outcomes[expected === REFUSED ? "refused" : "taken"]++;
      }),
      { numRuns: 600 },
    );
    expect(outcomes.taken).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(100);
  });

  test("what is written is read back", () => {
    const samples = sampleOf(arbitrarySchema({ required: false }), (desc, registry) =>
      arbitraryMessage(desc, 2, inAny(registry)),
    );
    fc.assert(
      fc.property(samples, (context) => {
        const { registry, desc, sample } = context;
        const text = createJsonWriter(protoJson, registry).message(desc)(sample);
        const again = attempt(() => show(desc, fromJson(desc, JSON.parse(text), { registry })));
        expect(read(context, JSON.parse(text))).toEqual(again);
        expect(again).not.toBe(REFUSED);
      }),
      { numRuns: 100 },
    );
  });
});
