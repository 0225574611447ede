import type { DescEnum } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import type { Violation } from "@bufbuild/protovalidate";
import type { FieldViolation } from "../../domain/errors.ts";

/**
 * A broken rule in the words of somebody who sends JSON: the path as in the
 * proto, `messages[0].role`, and names instead of numbers. A rule on the whole
 * request has an empty path.
 */
export function toFieldViolation({ field, message, ruleId, forKey }: Violation): FieldViolation {
  const last = field.at(-1);
  if (last?.kind === "oneof") {
    const names = last.fields.map(({ name }) => name).join(", ");
    return { field: pathToString(field.slice(0, -1)), description: `needs one of ${names}` };
  }
  const named = last?.kind === "field" && last.enum !== undefined && ruleId.startsWith("enum.");
  const text = named ? `must be one of ${valueNames(last.enum)}` : plain(message, ruleId);
  return { field: pathToString(field), description: forKey ? `a key ${text}` : text };
}

/** `user, assistant, …`: without the prefix of the enum and without its zero, which means unset. */
function valueNames({ values, sharedPrefix = "" }: DescEnum): string {
  return values
    .filter(({ number }) => number !== 0)
    .map(({ name }) => name.toLowerCase().replace(sharedPrefix, ""))
    .join(", ");
}

function plain(message: string, ruleId: string): string {
  if (message === "") return `breaks the rule ${ruleId}`;
  return message
    .replace(/^must (be|contain) at least 1 (characters|item\(s\))$/, "must not be empty")
    .replace("item(s)", "items");
}
