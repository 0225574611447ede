import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as scripts from "./scripts.ts";

const FOLDER = new URL("./lua/", import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".lua"));
const declared = Object.values(scripts);

/** `"  1 uid   no blanks"` and `"  + events  …"` of a section of the header, in order. */
function listed(lua: string, section: string): { index: string; name: string }[] {
  const text = new RegExp(`^${section}\\n((?: {2}.*\\n)+)`, "m").exec(header(lua))?.[1] ?? "";
  return [...text.matchAll(/^ {2}(\d+|\+) (\S+)/gm)].map(([, index, name]) => ({
    index: index!,
    name: name!,
  }));
}

function header(lua: string): string {
  return /^#!lua[^\n]*\n--\[\[\n([\s\S]*?)--\]\]\n/.exec(lua)?.[1] ?? "";
}

function used(lua: string, array: "KEYS" | "ARGV"): number[] {
  const body = lua.slice(lua.indexOf("--]]"));
  return [...body.matchAll(new RegExp(`${array}\\[(\\d+)`, "g"))].map(([, index]) => Number(index));
}

describe("Lua scripts", () => {
  it("are all declared, and all of them are there", () => {
    expect(declared.map(({ name }) => `${name}.lua`).sort()).toEqual(files.sort());
  });

  it.each(declared)("$name: header and declaration name the same keys and arguments", (script) => {
    const numbered = (names: readonly string[]) =>
      names.map((name, i) => ({ index: String(i + 1), name }));
    const rest = script.rest === undefined ? [] : [{ index: "+", name: script.rest }];
    expect(listed(script.lua, "KEYS")).toEqual(numbered(script.keys));
    expect(listed(script.lua, "ARGV")).toEqual([...numbered(script.args), ...rest]);
    expect(listed(script.lua, "Reply")[0]?.name).toBe("now");
  });

  it.each(declared)("$name: uses each key and argument, and no other", (script) => {
    const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
    const sorted = (indices: number[]) => [...new Set(indices)].sort((a, b) => a - b);
    expect(sorted(used(script.lua, "KEYS"))).toEqual(upTo(script.keys.length));
    expect(sorted(used(script.lua, "ARGV"))).toEqual(upTo(script.args.length));
    const takesRest = script.lua.includes(`#ARGV - ${script.args.length}`);
    expect(takesRest).toBe(script.rest !== undefined);
  });

  it.each(files)("%s: is short and stays within its keys", (file) => {
    const lua = readFileSync(new URL(file, FOLDER), "utf8");
    expect(lua.trimEnd().split("\n").length).toBeLessThanOrEqual(100);
    // Keys made inside a script would not be routed by a cluster.
    const calls = [...lua.matchAll(/redis\.call\(([^,)]+)(?:, ([^,)]+))?/g)];
    const touched = calls.map(([, command, key]) => key ?? command);
    for (const key of touched)
      expect(['"TIME"', "tail", "KEYS[1]", "KEYS[2]", "KEYS[3]"]).toContain(key);
    expect(lua).not.toMatch(/"(KEYS|SCAN)"/);
  });
});
