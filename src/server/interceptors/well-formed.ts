import type { Message } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { invalidArgument } from "../../domain/errors.ts";
import type { CallRequest } from "./call.ts";

/**
 * Refuses text that is no Unicode. JSON can hold half of a surrogate pair (`"\ud800"`)
 * and the RPC library reads it, but such a message can be neither copied nor encoded:
 * further on it would be a failure of ours. Binary messages are checked when they are
 * read, and so is REST's JSON.
 */
export function refuseLoneSurrogates(): Interceptor {
  return (next) => (req) => {
    const type = req.header.get("content-type");
    // Connect's GET has no content type, and its message may be JSON.
    if (type !== null && !type.includes("json")) return next(req);
    if (req.stream) return next({ ...req, message: checked(req) });
    check(req.message, req.method);
    return next(req);
  };
}

async function* checked({ message, method }: CallRequest & { readonly stream: true }) {
  for await (const one of message) {
    check(one, method);
    yield one;
  }
}

function check(message: Message, { input }: CallRequest["method"]): void {
  const members = message as unknown as Record<string, unknown>;
  for (const { localName, name, oneof } of input.fields) {
    const value = oneof === undefined ? members[localName] : members[oneof.localName];
    if (isWellFormed(value)) continue;
    throw invalidArgument(name, "must not contain half of a surrogate pair");
  }
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return true;
  return Object.entries(value).every(
    ([name, member]) => name.isWellFormed() && isWellFormed(member),
  );
}
