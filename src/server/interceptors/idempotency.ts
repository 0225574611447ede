import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { invalidArgument, ParleyError } from "../../domain/errors.ts";

const HEADER = "idempotency-key";
const MAX_BYTES = 255;

/** `Idempotency-Key` is `request_id` said in a header: it fills the empty field. */
export function fillRequestId(): Interceptor {
  const fields = new WeakMap<DescMessage, DescField | null>();
  const fieldOf = (input: DescMessage) => {
    const known = fields.get(input);
    if (known !== undefined) return known;
    const field = requestIdField(input);
    fields.set(input, field);
    return field;
  };
  return (next) => (req) => {
    const key = req.stream ? null : req.header.get(HEADER);
    if (key !== null && !req.stream) {
      const field = fieldOf(req.method.input);
      if (field !== null) fill(req.message, field, key);
    }
    return next(req);
  };
}

/** The field that `Idempotency-Key` fills; null: the request has none. */
export function requestIdField(input: DescMessage): DescField | null {
  const field = input.fields.find(({ name }) => name === "request_id");
  return field?.fieldKind === "scalar" && field.scalar === ScalarType.STRING ? field : null;
}

function fill(message: Message, field: DescField, key: string): void {
  if (key === "" || Buffer.byteLength(key) > MAX_BYTES) {
    throw invalidArgument("Idempotency-Key", `must have 1 to ${MAX_BYTES} bytes`);
  }
  const record = message as unknown as Record<string, string>;
  const given = record[field.localName] ?? "";
  if (given !== "" && given !== key) {
    const description = "says something else than the Idempotency-Key header";
    throw new ParleyError("invalid_argument", `request_id: ${description}`, {
      violations: [{ field: "request_id", description }],
    });
  }
  record[field.localName] = key;
}
