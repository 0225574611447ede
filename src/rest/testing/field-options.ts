import { create, setExtension } from "@bufbuild/protobuf";
import { type FieldOptions, FieldOptionsSchema } from "@bufbuild/protobuf/wkt";
import { type FieldBehavior, field_behavior } from "../../../gen/google/api/field_behavior_pb.js";

/** The options of a field with `google.api.field_behavior`. */
export function fieldBehavior(...behaviors: FieldBehavior[]): FieldOptions {
  const options = create(FieldOptionsSchema);
  setExtension(options, field_behavior, behaviors);
  return options;
}
