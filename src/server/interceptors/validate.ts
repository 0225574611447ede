import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import type { Interceptor } from "@connectrpc/connect";
import { type FieldViolation, ParleyError } from "../../domain/errors.ts";
import { hasRules } from "./rules.ts";
import { toFieldViolation } from "./violation-text.ts";

/** Holds requests to the rules their protos declare. */
export function validateRequests(rules: RequestRules): Interceptor {
  return (next) => (req) => {
    const { input } = req.method;
    if (!req.stream) rules.check(input, req.message);
    else if (hasRules(input)) {
      return next({ ...req, message: checked(req.message, (m) => rules.check(input, m)) });
    }
    return next(req);
  };
}

async function* checked<T>(messages: AsyncIterable<T>, check: (message: T) => void) {
  for await (const message of messages) {
    check(message);
    yield message;
  }
}

/**
 * protovalidate, kept away from messages without rules. Measured per request: one
 * message appended 8 µs (one CEL rule), a hundred 150 µs, a session created 3.5 µs,
 * no rules 0.01 µs.
 */
export class RequestRules {
  readonly #validator = createValidator();

  /** Compiles the rules, which takes 0.1 s in all: before the first call, not in it. */
  prepare(desc: DescMessage): void {
    if (!hasRules(desc)) return;
    const result = this.#validator.validate(desc, create(desc));
    if (result.kind === "error") throw result.error;
  }

  /** Throws `invalid_argument` with every rule the message breaks. */
  check(desc: DescMessage, message: Message): void {
    if (!hasRules(desc)) return;
    const result = this.#validator.validate(desc, message);
    if (result.kind === "valid") return;
    if (result.kind === "error") throw result.error;
    const violations = result.violations.map(toFieldViolation);
    throw new ParleyError("invalid_argument", summary(violations), { violations });
  }
}

function summary(violations: readonly FieldViolation[]): string {
  const [first] = violations;
  if (first === undefined) return "the request is not valid";
  const text = first.field === "" ? first.description : `${first.field}: ${first.description}`;
  return violations.length === 1 ? text : `${text} (and ${violations.length - 1} more)`;
}
