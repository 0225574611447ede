// Is gen/ what buf makes of the protos? Generates into a temporary folder and compares.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const fresh = mkdtempSync(join(tmpdir(), "parley-gen-"));
try {
  const { status } = spawnSync("buf", ["generate", "--output", fresh], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = status === 0 ? report(compare()) : 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

function compare(): string[] {
  const expected = readFolder(join(fresh, "gen"));
  const committed = readFolder(join(root, "gen"));
  return [...new Set([...expected.keys(), ...committed.keys()])].sort().flatMap((path) => {
    if (!committed.has(path)) return [`gen/${path} is missing`];
    if (!expected.has(path)) return [`gen/${path} comes from no proto`];
    return committed.get(path) === expected.get(path) ? [] : [`gen/${path} is out of date`];
  });
}

function readFolder(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [relative(folder, file), readFileSync(file, "utf8")]),
  );
}

function report(differences: string[]): number {
  if (differences.length === 0) return 0;
  process.stdout.write(`${differences.join("\n")}\nRun: npm run gen\n`);
  return 1;
}
