import { expect, it } from "vitest";
import { REASONS } from "../../src/domain/errors.ts";
import { loggedLines } from "../support/log-folder.ts";

// Reads what every server of this run has logged, in this process and in others, after all other
// tests: the forms a line can have leave no room for what callers say.

const CALLERS_CHOICE = /^[\x21-\x7e]{1,255}$/;
const TEXT_OF_OURS =
  /^(call|stopping|stopped|swept|a call was refused|a credential was refused|a sweep failed|callers are believed to be who they say \(PARLEY_AUTH=dev\)|made the key of PARLEY_BOOTSTRAP_KEY|the live view has trouble; reads go to the journal meanwhile|waiting for Postgres at \S+|did not stop in order|a REST call failed|a request handler threw|cannot start)$/;

/** What may stand in a line, and the form of it. */
const FIELDS: Readonly<Record<string, RegExp>> = {
  level: /^(trace|debug|info|warn|error|fatal)$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  msg: TEXT_OF_OURS,
  method: /^[a-z0-9.]+\.[A-Z]\w+\/[A-Z]\w+$/,
  protocol: /^(grpc|grpc-web|connect|rest)$/,
  outcome: new RegExp(`^(ok|canceled|${Object.keys(REASONS).join("|")})$`),
  ms: /^\d+(\.\d)?$/,
  // Both are the caller's to choose, and checked before anybody logs them.
  request_id: CALLERS_CHOICE,
  tenant: CALLERS_CHOICE,
  reason: /^[\w ]{1,40}$/,
  chore: /^[a-z ]{1,60}$/,
  done: /^\d+$/,
  // What of a credential was wrong, never what it was.
  why: /^[\w ,'.():-]{1,120}$/,
};

/** What belongs to no one but its owner, wherever it stands. */
const SECRETS: readonly RegExp[] = [
  /\bpk_[A-Za-z0-9_-]{13}/,
  /\bps_[A-Za-z0-9_-]{13}/,
  /\btk_[A-Za-z0-9_-]{13}/,
  /\beyJ[A-Za-z0-9_-]{10}/,
  /:\/\/[^/\s:@]+:[^/\s@]+@/,
];

/** Our own words about a store that is away. */
const STORE_AWAY = /^the journal (was away just now|is closed)$/;
/**
 * What the driver of Redis says of its connection, alone or behind our words. It never repeats what
 * it was given, which would stand in quotes or braces.
 * Ours do not either.
 */
const IN_WORDS = /^[A-Za-z][\w .,:;'()/-]{0,300}$/;

const lines = loggedLines();

it("are there to be read", () => {
  // A run of a few tests may have started no server.
  if (process.env.CI) expect(lines.length).toBeGreaterThan(10_000);
});

it("have no secret in them", () => {
  const bad = lines.filter((line) => SECRETS.some((secret) => secret.test(line)));
  expect(bad.slice(0, 10)).toEqual([]);
});

it("say what happened in words of ours, and nothing that somebody said", () => {
  const bad = lines.filter((line) => line.startsWith("{")).flatMap(strangeIn);
  expect([...new Set(bad)].slice(0, 20)).toEqual([]);
});

interface LoggedError {
  readonly type?: string;
  readonly message?: string;
  readonly syscall?: string;
}

function strangeIn(line: string): string[] {
  const { err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const strange = Object.entries(fields).filter(([name, value]) => {
    return FIELDS[name]?.test(String(value)) !== true;
  });
  const errors = err === undefined ? [] : strangeError(err as LoggedError, fields.msg);
  return [...strange.map(([name, value]) => `${name}: ${JSON.stringify(value)}`), ...errors];
}

/** Node's own are of the system; a `StoreFailure` is made of what a driver may say (journal/failure.ts). */
function strangeError({ type, message = "", syscall }: LoggedError, of: unknown): string[] {
  const isKnown =
    syscall !== undefined ||
    type === "StoreFailure" ||
    STORE_AWAY.test(message) ||
    (String(of).startsWith("the live view") && IN_WORDS.test(message)) ||
    ((type === "LiveViewAway" || type === "ParleyError") && IN_WORDS.test(message));
  return isKnown ? [] : [`err: ${type}: ${message}`];
}
