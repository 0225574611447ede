import { readFileSync } from "node:fs";

/**
 * Who Postgres runs as when the tests run as root, which it refuses: `postgres` if there is such a
 * user, else `nobody`. Undefined when the tests do not run as root.
 */
export function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entries = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const fields = entries.find((entry) => entry.startsWith(`${name}:`))?.split(":");
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error("Postgres does not run as root, and there is no user postgres or nobody");
}
