import { fromJson, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { StructSchema } from "@bufbuild/protobuf/wkt";
import { payloadTooLarge } from "./errors.ts";
import { refuseDeepObject } from "./json-depth.ts";

/** Refuses a caller's object that is larger than it may be, encoded, or nested too deep. */
export function refuseLargeObject(
  field: string,
  value: JsonObject | undefined,
  mostBytes: number,
): void {
  if (value === undefined) return;
  refuseDeepObject(field, value);
  const bytes = toBinary(StructSchema, fromJson(StructSchema, value)).length;
  if (bytes > mostBytes) throw payloadTooLarge(field, `must not be larger than ${mostBytes} bytes`);
}
