/**
 * How messages look as JSON. The default is REST's own style; `protoJson` is the
 * style of the other protocols. Reading accepts every spelling in either style.
 */
export interface JsonStyle {
  /** Field names as the proto declares them, or in lowerCamelCase. */
  readonly names: "proto" | "json";
  /**
   * `short`: `running` for `SESSION_STATUS_RUNNING`, and null for a zero value
   * whose name ends in `UNSPECIFIED`. `full`: the name as declared.
   */
  readonly enums: "short" | "full";
  /** What stands for an optional scalar or a message that is not set. */
  readonly unset: "null" | "omit";
  /**
   * `number`: 64-bit integers up to ±2^53 are JSON numbers, which every reader
   * of doubles takes exactly, and strings beyond. `string`: always strings.
   */
  readonly integers64: "number" | "string";
}

/** What people expect of a REST API. */
export const restJson: JsonStyle = {
  names: "proto",
  enums: "short",
  unset: "null",
  integers64: "number",
};

/** The standard mapping, with zero values written. */
export const protoJson: JsonStyle = {
  names: "json",
  enums: "full",
  unset: "omit",
  integers64: "string",
};
