import { type DescField, type DescMessage, hasOption } from "@bufbuild/protobuf";
import {
  field as fieldRules,
  message as messageRules,
  oneof as oneofRules,
} from "../../../gen/buf/validate/validate_pb.js";

const known = new WeakMap<DescMessage, boolean>();

/**
 * True if a message, or one it can hold, has rules. Types that have none are not
 * walked at all: a session's context is a `Struct` of any size and depth.
 */
export function hasRules(desc: DescMessage): boolean {
  const before = known.get(desc);
  if (before !== undefined) return before;
  const answer = search(desc, new Set());
  known.set(desc, answer);
  return answer;
}

function search(desc: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(desc)) return false;
  seen.add(desc);
  return (
    hasOption(desc, messageRules) ||
    desc.oneofs.some((oneof) => hasOption(oneof, oneofRules)) ||
    desc.fields.some((field) => hasOption(field, fieldRules) || searchInner(field, seen))
  );
}

function searchInner(field: DescField, seen: Set<DescMessage>): boolean {
  return field.message !== undefined && search(field.message, seen);
}
