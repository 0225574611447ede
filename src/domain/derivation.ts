import { type JsonValue, toJson } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import type { ChatMessage } from "../../gen/parley/v1/derivation_service_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import { expiresAt } from "./access.ts";
import { invalidArgument } from "./errors.ts";
import { isSessionId } from "./ids.ts";
import { refuseDeepValue } from "./json-depth.ts";
import { type Lifetime, touched } from "./lifetime.ts";
import type { Principal } from "./principal.ts";

/** How long a session lives, from its last use, whose id was derived or stands in for another. */
export const DERIVED_TTL_MS = 24 * 3_600_000;

/** What counts of an opening, in bytes of UTF-8. */
const SYSTEM_BYTES = 200;
const USER_BYTES = 100;

/**
 * The least a use must gain to be written, in milliseconds, or a 24th of the ttl if that is less.
 * So a session lives for its ttl from its last use, less an hour at most, and a chat that goes on
 * writes a refresh once an hour and not with every message.
 */
const MIN_REFRESH_MS = 3_600_000;

/** The lifetime of a session that is used now; undefined where that is not worth a write yet. */
export function refreshed(session: Session, now: Date): Lifetime | undefined {
  const lifetime = touched(session, now);
  if (lifetime === undefined) return undefined;
  const gain = lifetime.expiresAt.getTime() - expiresAt(session);
  return gain < Math.min(MIN_REFRESH_MS, lifetime.ttlMs / 24) ? undefined : lifetime;
}

/**
 * The id a chat request names, by its field or its header; undefined for none. Two
 * that differ are refused: whichever was taken, the other one would be ignored.
 */
export function namedSessionId(field: string, header: string | null): string | undefined {
  const named = field || header || undefined;
  if (named === undefined) return undefined;
  if (header && header !== named) {
    throw invalidArgument("session_id", "says something else than the X-Session-ID header");
  }
  if (isSessionId(named)) return named;
  const from = field === "" ? "X-Session-ID" : "session_id";
  throw invalidArgument(from, "must match [A-Za-z0-9:_.-]{1,128} and be no reserved word");
}

/**
 * What the id of a chat request is derived from: whose it is and how it opens. The
 * same for requests of one user that begin alike; of different ones, no two are.
 */
export function openingOf(owner: Principal, messages: readonly ChatMessage[]): Uint8Array {
  const system = textOfFirst(messages, ["system", "developer"]);
  const user = textOfFirst(messages, ["user"]);
  if (system === undefined && user === undefined) {
    throw invalidArgument(
      "messages",
      "must hold a system or a user message, unless session_id is given",
    );
  }
  return framed([
    new TextEncoder().encode(owner.tenantId),
    new TextEncoder().encode(owner.userId),
    firstBytes(system ?? "", SYSTEM_BYTES),
    firstBytes(user ?? "", USER_BYTES),
  ]);
}

/** The beginning of a text in UTF-8, cut before the character that does not fit whole. */
export function firstBytes(text: string, most: number): Uint8Array {
  // So many code units have at least as many bytes: the rest need not be encoded.
  const bytes = new TextEncoder().encode(text.slice(0, most));
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && isContinuation(bytes[end])) end--;
  return bytes.slice(0, end);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Each piece behind its length, so that what ends one cannot begin the next. */
function framed(pieces: readonly Uint8Array[]): Uint8Array {
  const size = pieces.reduce((sum, piece) => sum + 4 + piece.length, 0);
  const frame = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    new DataView(frame.buffer).setUint32(at, piece.length);
    frame.set(piece, at + 4);
    at += 4 + piece.length;
  }
  return frame;
}

function textOfFirst(
  messages: readonly ChatMessage[],
  roles: readonly string[],
): string | undefined {
  const index = messages.findIndex(({ role }) => roles.includes(role));
  const message = messages[index];
  return message && textOf(message.content, `messages[${index}].content`);
}

/** A text, or the texts of parts; what a chat request leaves out has none. */
function textOf(content: Value | undefined, path: string): string {
  if (content?.kind.case === undefined) return "";
  refuseDeepValue(path, content);
  const json = toJson(ValueSchema, content);
  if (json === null) return "";
  if (typeof json === "string") return json;
  if (!Array.isArray(json)) throw invalidArgument(path, "must be a text or a list of parts");
  return json.flatMap(textOfPart).join("\n");
}

function textOfPart(part: JsonValue): string[] {
  if (part === null || typeof part !== "object" || Array.isArray(part)) return [];
  const { type, text } = part;
  return type === "text" && typeof text === "string" ? [text] : [];
}
