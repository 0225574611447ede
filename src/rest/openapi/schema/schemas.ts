import type { DescEnum, DescField, DescMessage } from "@bufbuild/protobuf";
import { isInputOnly, isOutputOnly } from "../../codec/field-behavior.ts";
import type { JsonStyle } from "../../codec/json-style.ts";
import type { Comments } from "../comments.ts";
import type { Schema } from "../open-api.ts";
import { ComponentNames } from "./component-names.ts";
import { enumSchema } from "./enum-schema.ts";
import { fieldSchema, isNeverUnset, type SchemaOf, textSchema } from "./field-schema.ts";
import { mustBeGiven, oneofIsRequired, statedRules } from "./limits.ts";
import { type Choice, choiceSchema, choicesOf } from "./oneof-schema.ts";
import { wellKnownSchema } from "./well-known-schema.ts";

/**
 * Whether a message is sent by callers or by the server. The two differ: what the
 * server writes is complete, what callers send has limits and may lack most of it.
 */
export type Direction = "input" | "output";

const NOTHING: ReadonlySet<string> = new Set();

/** What schemas are made from. */
export interface SchemaSource {
  readonly style: JsonStyle;
  readonly comments: Comments;
  /** What answers hold, so that of messages both ways the answer has the plain name. */
  readonly answered: ReadonlySet<DescMessage>;
  /** Whether requests may have members that no field has. */
  readonly ignoresUnknown: boolean;
}

/** Schemas of messages and fields. Those with a name of their own are components. */
export class Schemas {
  readonly style: JsonStyle;
  readonly #source: SchemaSource;
  readonly #names = new ComponentNames();
  readonly #components = new Map<string, Schema>();

  constructor(source: SchemaSource) {
    this.style = source.style;
    this.#source = source;
  }

  /** Every component that was asked for, by name. */
  get components(): Readonly<Record<string, Schema>> {
    const entries = [...this.#components];
    return Object.fromEntries(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** Adds a component that comes from no type. */
  add(name: string, schema: Schema): Schema {
    return this.#define(this.#names.name(`.${name}`, name, ""), () => schema);
  }

  /** @param without names of fields that a request has elsewhere: in its path, in a header */
  message(desc: DescMessage, direction: Direction, without = NOTHING): Schema {
    const wellKnown = wellKnownSchema(desc, this.style);
    if (wellKnown !== undefined) return wellKnown;
    const both = direction === "input" && this.#source.answered.has(desc);
    const hidden = desc.fields.filter(({ name }) => without.has(name)).map(({ name }) => name);
    const key = [direction, desc.typeName, ...hidden].join(" ");
    const scope = desc.file.proto.package;
    const name = this.#names.name(key, desc.typeName, scope, both ? "Input" : "");
    return this.#define(name, () => this.#object(desc, direction, without));
  }

  /** The value of a field, wherever it stands. */
  field(field: DescField, direction: Direction): Schema {
    return fieldSchema(field, direction, this.#schemaOf(direction));
  }

  /** A field given as text; for a list, all that its name is given with. */
  parameter(field: DescField): Schema {
    return textSchema(field, this.#schemaOf("input"));
  }

  comment(name: string): string | undefined {
    return this.#source.comments.get(name);
  }

  #schemaOf(direction: Direction): SchemaOf {
    return {
      style: this.style,
      message: (desc) => this.message(desc, direction),
      enumeration: (desc) => this.#enumeration(desc),
    };
  }

  #enumeration(desc: DescEnum): Schema {
    const name = this.#names.name(`enum ${desc.typeName}`, desc.typeName, desc.file.proto.package);
    return this.#define(name, () => enumSchema(desc, this.style, this.#source.comments));
  }

  /** A type may hold itself: its name is known before its schema is made. */
  #define(name: string, make: () => Schema): Schema {
    if (!this.#components.has(name)) {
      this.#components.set(name, {});
      this.#components.set(name, make());
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  #object(desc: DescMessage, direction: Direction, without: ReadonlySet<string>): Schema {
    const output = direction === "output";
    const fields = desc.fields.filter(
      (field) => !without.has(field.name) && !(output && isInputOnly(field)),
    );
    const nameOf = ({ name, jsonName }: DescField) =>
      this.style.names === "proto" ? name : jsonName;
    const required = fields.filter((field) =>
      output ? isNeverUnset(field, this.style) : mustBeGiven(field),
    );
    const choices = choicesOf(fields, nameOf, (oneof) => output || !oneofIsRequired(oneof));
    const description = this.#describe(desc, output ? [] : statedRules(desc), choices);
    return {
      ...(description !== "" && { description }),
      type: "object",
      properties: Object.fromEntries(
        fields.map((field) => [nameOf(field), this.#property(field, direction)]),
      ),
      ...(required.length > 0 && { required: required.map(nameOf) }),
      ...(!output && !this.#source.ignoresUnknown && { additionalProperties: false }),
      ...choiceSchema(choices),
    };
  }

  #describe(desc: DescMessage, rules: readonly string[], choices: readonly Choice[]): string {
    const groups = choices.map(({ oneof, names, optional }) => {
      const list = names.map((name) => `\`${name}\``).join(", ");
      const comment = this.comment(`${desc.typeName}.${oneof.name}`);
      const text = `${optional ? "At most one" : "One"} of ${list}`;
      return comment === undefined ? `${text}.` : `${text}: ${comment}`;
    });
    const stated = rules.map((rule) => `- ${rule}`).join("\n");
    return [this.comment(desc.typeName), ...groups, stated && `Rules:\n\n${stated}`]
      .filter(Boolean)
      .join("\n\n");
  }

  #property(field: DescField, direction: Direction): Schema {
    const description = this.comment(`${field.parent.typeName}.${field.name}`);
    return {
      ...this.field(field, direction),
      ...(description !== undefined && { description }),
      ...(field.deprecated && { deprecated: true }),
      ...(isOutputOnly(field) && { readOnly: true }),
      ...(isInputOnly(field) && { writeOnly: true }),
    };
  }
}

/** Every message that is in an answer: those given, and all that these hold. */
export function messagesWithin(roots: Iterable<DescMessage>): Set<DescMessage> {
  const found = new Set<DescMessage>();
  const visit = (desc: DescMessage) => {
    if (found.has(desc)) return;
    found.add(desc);
    for (const field of desc.fields) {
      if (field.message !== undefined && !isInputOnly(field)) visit(field.message);
    }
  };
  for (const root of roots) visit(root);
  return found;
}
