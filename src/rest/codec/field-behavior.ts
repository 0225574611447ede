import { type DescField, getOption } from "@bufbuild/protobuf";
import { FieldBehavior, field_behavior } from "../../../gen/google/api/field_behavior_pb.js";

/** Set by the server only: what a caller sends in its place is skipped. */
export function isOutputOnly(field: DescField): boolean {
  return getOption(field, field_behavior).includes(FieldBehavior.OUTPUT_ONLY);
}

/** Sent by callers only, such as a password: never written. */
export function isInputOnly(field: DescField): boolean {
  return getOption(field, field_behavior).includes(FieldBehavior.INPUT_ONLY);
}
