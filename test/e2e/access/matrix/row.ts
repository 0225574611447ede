import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Reason } from "../../../../src/domain/errors.ts";
import type { Kind } from "./kinds.ts";
import type { Preparation, World } from "./world.ts";

export type Answer = "ok" | Reason;

/** What each gets of one method, and a call that shows it. */
export interface Row {
  readonly method: DescMethod;
  readonly answers: Readonly<Record<Kind, Answer>>;
  // biome-ignore lint/suspicious/noExplicitAny: each row says what its own method takes.
  readonly input: (world: World) => any;
  readonly prepare: Preparation | undefined;
  /** True if a call that is let in changes what the next one would find. */
  readonly changes: boolean;
  /** Whether an answer shows the session, and whom it is to. */
  // biome-ignore lint/suspicious/noExplicitAny: each row says what its own method answers.
  readonly shows: ((answer: any, world: World) => boolean) | undefined;
  readonly to: readonly Kind[];
}

type More<M extends DescMethod> = {
  readonly prepare?: Preparation;
  readonly changes?: boolean;
  readonly shows?: (answer: MessageShape<M["output"]>, world: World) => boolean;
  readonly to?: readonly Kind[];
};

export function row<M extends DescMethod>(
  method: M,
  answers: Row["answers"],
  input: (world: World) => MessageInitShape<M["input"]>,
  { prepare, changes = false, shows, to = [] }: More<M> = {},
): Row {
  return { method, answers, input, prepare, changes, shows, to };
}

const STRANGERS = {
  nobody: "unauthenticated",
  expired: "unauthenticated",
  "wrong scope": "scope_denied",
} as const;

const LEVELS = ["viewer", "editor", "collaborator", "owner"] as const;
type Level = (typeof LEVELS)[number];

/**
 * Something of a session, for whom it is shared with from a level on.
 * @param hidden what it is to everybody else
 * @param met what it comes to for those who are let in
 */
export function from(
  level: Level,
  { hidden = "session_not_found" as Answer, met = "ok" as Answer } = {},
): Row["answers"] {
  const of = (kind: Level) =>
    LEVELS.indexOf(kind) >= LEVELS.indexOf(level) ? met : "session_not_accessible";
  return {
    ...STRANGERS,
    "other user": hidden,
    "other tenant": hidden,
    viewer: of("viewer"),
    editor: of("editor"),
    collaborator: of("collaborator"),
    owner: of("owner"),
    admin: hidden,
    worker: "scope_denied",
  };
}

/** For the owner and nobody else, shared or not. */
export function own(hidden: Answer, then: Answer = "ok"): Row["answers"] {
  return { ...all(hidden), owner: then };
}

/** For everybody who is known, each with its own. */
export function all(then: Answer = "ok"): Row["answers"] {
  return {
    ...STRANGERS,
    "other user": then,
    "other tenant": then,
    viewer: then,
    editor: then,
    collaborator: then,
    owner: then,
    admin: then,
    worker: "scope_denied",
  };
}

/** For a role, whatever else somebody is. */
export function role(kind: "admin" | "worker", then: Answer = "ok"): Row["answers"] {
  return { ...all("scope_denied"), [kind]: then };
}
