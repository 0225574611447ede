import { parseArgs } from "node:util";
import type { Config } from "../config/config.ts";
import { openPgliteJournal, openPostgresJournal } from "../journal/index.ts";
import type { Journal } from "../journal/port.ts";
import { createKey } from "./create-key.ts";
import { listKeys } from "./list-keys.ts";
import { revokeKey } from "./revoke-key.ts";

/** The command line cannot be understood; the message says what can be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const USAGE = `usage: parley keys create --name NAME [--user USER] [--role ROLE]… [--scope SCOPE]… [--days N]
       parley keys list [--user USER] [--all]
       parley keys revoke KEY_ID

Works on the journal of DATABASE_URL, else on the folder PARLEY_DATA, which no server must have open
then. Keys belong to the tenant --tenant, else PARLEY_TENANT. USER is admin and ROLE is user, unless
said; without SCOPE a key has the scopes that its roles usually need.
`;

const OPTIONS = {
  help: { type: "boolean", short: "h" },
  tenant: { type: "string" },
  name: { type: "string" },
  user: { type: "string" },
  role: { type: "string", multiple: true },
  scope: { type: "string", multiple: true },
  days: { type: "string" },
  all: { type: "boolean" },
} as const;

/** What was said on the command line. */
export interface KeysArguments {
  readonly tenantId: string;
  readonly positionals: readonly string[];
  readonly name?: string | undefined;
  readonly user?: string | undefined;
  readonly role?: readonly string[] | undefined;
  readonly scope?: readonly string[] | undefined;
  readonly days?: string | undefined;
  readonly all?: boolean | undefined;
}

const COMMANDS: Readonly<
  Record<string, (journal: Journal, args: KeysArguments) => Promise<string>>
> = { create: createKey, list: listKeys, revoke: revokeKey };

/**
 * Runs `parley keys …`; gives what is to be printed.
 * @param open opens what the command works on
 */
export async function runKeys(
  args: readonly string[],
  config: Config,
  open: (config: Config) => Promise<Journal> = openConfigured,
): Promise<string> {
  const { values, positionals } = parsed(args);
  if (values.help) return USAGE;
  const [name = "", ...rest] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new UsageError(USAGE.trimEnd());
  const tenantId = values.tenant ?? config.auth.tenantId;
  const journal = await open(config);
  try {
    return await command(journal, { ...values, tenantId, positionals: rest });
  } finally {
    await journal.close();
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE.trimEnd()}`);
  }
}

function openConfigured({ journal }: Config): Promise<Journal> {
  if (journal.kind === "postgres") return openPostgresJournal({ url: journal.url.reveal() });
  return openPgliteJournal({ dir: journal.dataDir });
}
