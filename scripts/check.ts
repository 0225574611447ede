// `npm run check`: what must hold besides the tests. Every step runs, then the failures are shown.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

interface Step {
  name: string;
  about: string;
  /** The program comes from node_modules/.bin, which npm puts on PATH; `node` is the pinned one. */
  command: [program: string, ...args: string[]];
}

const STEPS: Step[] = [
  { name: "types", about: "TypeScript, no emit", command: ["tsc", "-p", "."] },
  { name: "lint", about: "Biome: lint and format", command: ["biome", "ci", "--colors=off", "."] },
  { name: "proto-lint", about: "buf: STANDARD rules", command: ["buf", "lint", "proto"] },
  {
    name: "proto-format",
    about: "buf: format",
    command: ["buf", "format", "proto", "--diff", "--exit-code"],
  },
  {
    name: "proto-breaking",
    about: "buf: nothing stored or on the wire breaks, against main",
    command: ["node", "scripts/proto-breaking.ts"],
  },
  {
    name: "generated",
    about: "gen/ is what the protos give",
    command: ["node", "scripts/generated-code.ts"],
  },
  {
    name: "openapi",
    about: "docs/api/openapi.json is what the protos give",
    command: ["node", "scripts/openapi.ts", "--check"],
  },
  {
    name: "schema",
    about: "migrations/schema.sql is what the migrations give",
    command: ["node", "scripts/schema.ts", "--check"],
  },
  {
    name: "config-table",
    about: "the README's configuration table is the one of src/config",
    command: ["node", "scripts/config-table.ts", "--check"],
  },
  {
    name: "dependencies",
    about: "exact versions, and a lockfile that names no host",
    command: ["node", "scripts/dependencies.ts"],
  },
];

const HELP = `Usage: npm run check [-- step …]

Runs the steps named, or all of them, and fails if one fails:
${STEPS.map(({ name, about }) => `  ${name.padEnd(16)}${about}`).join("\n")}
`;

const root = fileURLToPath(new URL("..", import.meta.url));
process.exitCode = main(process.argv.slice(2));

function main(args: string[]): number {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  if (values.help) return print(HELP, 0);
  const unknown = positionals.filter((name) => STEPS.every((step) => step.name !== name));
  if (unknown.length > 0) return print(`No step ${unknown.join(", ")}.\n\n${HELP}`, 2);

  const chosen = STEPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const failures = chosen.flatMap((step) => run(step) ?? []);
  for (const { name, output } of failures) print(`\n── ${name} ──\n${output.trimEnd()}\n`, 1);
  if (failures.length === 0) return print(`\nAll ${chosen.length} checks passed.\n`, 0);
  return print(`\nFailed: ${failures.map(({ name }) => name).join(", ")}\n`, 1);
}

/** Prints one line about the step; returns what it said if it failed. */
function run({ name, command }: Step): { name: string; output: string } | undefined {
  const [program, ...args] = command;
  if (program === "node" && !existsSync(`${root}${args[0]}`)) {
    const output = `${args[0]} is missing`;
    print(`FAIL  ${name}\n`, 1);
    return { name, output };
  }
  const started = performance.now();
  const result = spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const output = `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`;
  const passed = result.status === 0;
  const note = passed ? oneLineOf(output) : "";
  print(`${passed ? "ok  " : "FAIL"}  ${name.padEnd(16)}${seconds.padStart(5)} s${note}\n`, 0);
  return passed ? undefined : { name, output };
}

/** Our own scripts say in one line what they did; the tools' chatter is left out. */
function oneLineOf(output: string): string {
  const lines = output.trim().split("\n");
  return lines.length === 1 && lines[0] ? `  ${lines[0]}` : "";
}

function print(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}
