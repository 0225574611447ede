// Writes the README's configuration table from the one in src/config, or with
// --check fails when the README says something else.
import { readFileSync, writeFileSync } from "node:fs";
import { configTable } from "../src/config/help.ts";

const BEGIN = "<!-- config:begin -->";
const END = "<!-- config:end -->";
const readme = new URL("../README.md", import.meta.url);

const before = readFileSync(readme, "utf8");
const begin = before.indexOf(BEGIN);
const end = before.indexOf(END);
if (begin === -1 || end < begin) fail(`README.md has no ${BEGIN} … ${END}`);

const after = `${before.slice(0, begin)}${BEGIN}\n\n${configTable()}\n\n${before.slice(end)}`;
if (after !== before) {
  if (process.argv.includes("--check")) {
    fail("the configuration table in README.md is out of date; run node scripts/config-table.ts");
  }
  writeFileSync(readme, after);
}

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
