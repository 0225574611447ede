import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

// Where packages put servers that they do not put on PATH; newest Postgres first.
function systemFolders(): string[] {
  return [
    ...versionsOf("/usr/lib/postgresql", "bin"),
    ...versionsOf("/usr", "bin", "pgsql-"),
    ...["/opt/homebrew", "/usr/local"].flatMap((prefix) => [
      join(prefix, "bin"),
      ...versionsOf(join(prefix, "opt"), "bin", "postgresql@"),
    ]),
    ...versionsOf("/Applications/Postgres.app/Contents/Versions", "bin"),
    "/usr/libexec/postgresql",
    "/usr/bin",
    "/usr/sbin",
  ];
}

/** The absolute path of `redis-server` or `valkey-server`, if there is one. */
export function locateRedis(): string | undefined {
  return locate(["redis-server"]) ?? locate(["valkey-server"]);
}

/** The folder that holds `postgres` and `initdb`, if there is one. */
export function locatePostgres(): string | undefined {
  const postgres = locate(["postgres", "initdb"]);
  return postgres && dirname(postgres);
}

/** The first of `names` in the first folder that has them all. */
function locate(names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...systemFolders()];
  const folder = folders.find((candidate) =>
    names.every((name) => isExecutable(join(candidate, name))),
  );
  return folder && join(folder, names[0] as string);
}

/** `parent/<prefix><version>/<leaf>`, highest version first. */
function versionsOf(parent: string, leaf: string, prefix = ""): string[] {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch {
    return [];
  }
  return names
    .filter((name) => name.startsWith(prefix) && /^\d/.test(name.slice(prefix.length)))
    .sort(
      (a, b) =>
        Number.parseFloat(b.slice(prefix.length)) - Number.parseFloat(a.slice(prefix.length)),
    )
    .map((name) => join(parent, name, leaf));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
