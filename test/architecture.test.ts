import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  checkFileLength,
  checkFunctionLength,
  checkNames,
} from "./support/architecture/budget-rules.ts";
import {
  checkCycles,
  checkDirection,
  checkEnvironment,
  checkExtensions,
  checkOneImporter,
  checkPackages,
  checkPure,
  checkSiblings,
  type Layers,
} from "./support/architecture/import-rules.ts";
import { readTree } from "./support/architecture/read-tree.ts";
import { parseSource, type SourceFile } from "./support/architecture/source-file.ts";

// Who may import whom: main → service → {server, archiver, stores} → api → {log, domain, render}
// → port types → gen. Only `log`, and `archiver` where it works on both, sees both ports; what
// wires the parts together (service, context) names them. `type:` is for `import type` only.
const LAYERS: Layers = {
  "main.ts": "cli service.ts config telemetry",
  "index.ts": "service.ts context.ts client config domain gen",
  cli: "service.ts ids.ts key-secret.ts config journal telemetry domain gen",
  "service.ts":
    "context.ts clock.ts ids.ts stores.ts config telemetry server api archiver log render " +
    "journal/port.ts live/port.ts domain gen",
  // What the configuration names is opened here, and nowhere else known by name.
  "stores.ts": "type:clock.ts config journal live live/index.ts domain gen",
  "context.ts": "type:clock.ts type:ids.ts type:log type:domain",
  "key-secret.ts": "",
  "link-secret.ts": "",
  "clock.ts": "",
  "ids.ts": "",
  server: "api rest rest/openapi key-secret.ts type:context.ts type:config telemetry domain gen",
  archiver: "log journal/port.ts live/port.ts type:clock.ts type:ids.ts telemetry domain gen",
  // `rest` is to Parley what a package would be; handlers may use what it offers them.
  api: "log render key-secret.ts link-secret.ts type:context.ts type:journal/port.ts rest/index.ts domain gen",
  log: "journal/port.ts live/port.ts type:clock.ts telemetry domain gen",
  render: "domain gen",
  journal: "telemetry domain gen",
  live: "telemetry domain gen",
  "live/index.ts": "live live/redis live/memory",
  "live/redis": "live telemetry domain gen",
  "live/memory": "live telemetry domain gen",
  rest: "gen/google gen/rest",
  // Limits come from the rules of protovalidate, which are no more Parley's own than google.api's.
  "rest/openapi": "rest gen/google gen/rest gen/buf",
  client: "gen",
  domain: "gen",
  config: "domain gen",
  telemetry: "",
};

// A driver is known to the part that hides it, and to no other.
const PACKAGE_HOMES = {
  ioredis: ["src/live/redis"],
  jose: ["src/server/auth"],
  pg: ["src/journal"],
  "drizzle-orm": ["src/journal"],
  "@electric-sql/pglite": ["src/journal"],
};

const FILE_LINES = 350;
const FUNCTION_LINES = 70;
const LUA_LINES = 100;
const PROTO_LINES = 260;

const root = fileURLToPath(new URL("..", import.meta.url));
const code = readTree(root, ["src", "test", "bench", "scripts"], [".ts"]).map(parseSource);
const tests = (file: { path: string }): boolean =>
  file.path.endsWith(".test.ts") || file.path.includes("/testing/");
const product = code.filter((file) => file.path.startsWith("src/") && !tests(file));
// Suites are lists of cases: long, and read from the top.
const suites = (file: { path: string }): boolean => /^test\/(contract|e2e)\//.test(file.path);

describe("imports", () => {
  it("go one way", () => expect(checkDirection(product, LAYERS)).toEqual([]));
  it("never cross from one service of the API to another", () =>
    expect(checkSiblings(product, "src/api")).toEqual([]));
  it("have no cycles at run time", () => expect(checkCycles(code)).toEqual([]));
  it("of store drivers stay in the store", () =>
    expect(checkPackages(product, PACKAGE_HOMES)).toEqual([]));
  it("of the domain do no I/O", () =>
    expect(checkPure(product, "src/domain", ["@bufbuild/protobuf"])).toEqual([]));
  it("of what is outside Connect's semver stand in one file", () =>
    expect(checkOneImporter(code, "@connectrpc/connect/protocol")).toEqual([]));
  it("name files as they are on disk", () => expect(checkExtensions(code)).toEqual([]));
});

describe("the environment", () => {
  it("is read at the edge only", () =>
    expect(checkEnvironment(product, ["src/main.ts", "src/config", "src/cli"])).toEqual([]));
});

describe("budgets", () => {
  it(`are ${FILE_LINES} lines for a file`, () =>
    expect(
      checkFileLength(
        code.filter((file) => !suites(file)),
        FILE_LINES,
      ),
    ).toEqual([]));
  it(`are ${FUNCTION_LINES} lines for a function`, () =>
    expect(
      checkFunctionLength(
        code.filter((file) => !tests(file) && !suites(file)),
        FUNCTION_LINES,
      ),
    ).toEqual([]));
  it(`are ${LUA_LINES} lines for a Lua script`, () =>
    expect(checkFileLength(readTree(root, ["src"], [".lua"]), LUA_LINES)).toEqual([]));
  it(`are ${PROTO_LINES} lines for a proto file`, () =>
    expect(checkFileLength(readTree(root, ["proto"], [".proto"]), PROTO_LINES)).toEqual([]));
});

describe("names", () => {
  it("say what is inside", () => expect(checkNames(code)).toEqual([]));
});

describe("the rules can fail", () => {
  const parse = (files: Record<string, string>): SourceFile[] =>
    Object.entries(files).map(([path, text]) => parseSource({ path, text }));

  it.each([
    [
      "src/live/redis/view.ts",
      "../memory/view.ts",
      "live/redis must not import src/live/memory/view.ts",
    ],
    [
      "src/live/memory/view.ts",
      "../redis/view.ts",
      "live/memory must not import src/live/redis/view.ts",
    ],
    ["src/journal/writer.ts", "../live/port.ts", "journal must not import src/live/port.ts"],
    ["src/live/keys.ts", "../journal/port.ts", "live must not import src/journal/port.ts"],
    ["src/log/write.ts", "../journal/postgres.ts", "log must not import src/journal/postgres.ts"],
    ["src/api/a/get.ts", "../../live/port.ts", "api must not import src/live/port.ts"],
    ["src/api/a/get.ts", "../../server/server.ts", "api must not import src/server/server.ts"],
    ["src/domain/ids.ts", "../log/read.ts", "domain must not import src/log/read.ts"],
    [
      "src/rest/bind.ts",
      "../../gen/parley/v1/x_pb.js",
      "rest must not import gen/parley/v1/x_pb.js",
    ],
    ["src/rest/bind.ts", "../domain/ids.ts", "rest must not import src/domain/ids.ts"],
    ["src/service.ts", "./main.ts", "service.ts must not import src/main.ts"],
    [
      "src/server/server.ts",
      "../../test/support/redis.ts",
      "server must not import test/support/redis.ts",
    ],
  ])("%s importing %s", (path, specifier, violation) => {
    const text = `// Ünïcödé → before\nimport { a } from "${specifier}";\n`;
    expect(checkDirection(parse({ [path]: text }), LAYERS)).toEqual([`${path}:2: ${violation}`]);
  });

  it("a file outside the map, and a value where only a type is allowed", () => {
    const files = parse({
      "src/stray/a.ts": "",
      "src/api/a/get.ts": 'import type { J } from "../../journal/port.ts";',
      "src/api/a/list.ts": 'import { type J } from "../../journal/port.ts";',
    });
    expect(checkDirection(files, LAYERS)).toEqual([
      "src/stray/a.ts:1: belongs to no part of the map",
      "src/api/a/list.ts:1: api must not import src/journal/port.ts",
    ]);
  });

  it("every form of import, and none in a comment or a string", () => {
    const [file] = parse({
      "src/a.ts": [
        'import "./one.ts";',
        'export * from "./two.ts";',
        'export { a } from "./three.ts";',
        'const four = await import("./four.ts");',
        'type Five = import("./five.ts").Five;',
        '// import "./six.ts";',
        "const seven = 'import \"./seven.ts\"';",
      ].join("\n"),
    }) as [SourceFile];
    expect(file.imports.map(({ specifier }) => specifier)).toEqual(
      ["one", "two", "three", "four", "five"].map((name) => `./${name}.ts`),
    );
  });

  it("one service of the API importing another", () => {
    const files = parse({
      "src/api/a/get.ts": '\nimport { b } from "../b/get.ts";',
      "src/api/index.ts": 'import { a } from "./a/get.ts";',
    });
    expect(checkSiblings(files, "src/api")).toEqual([
      "src/api/a/get.ts:2: must not import src/api/b/get.ts",
    ]);
  });

  it("a cycle of values, not one of types", () => {
    const cycle = (keyword: string): SourceFile[] =>
      parse({
        "src/a.ts": 'import { b } from "./b.ts";',
        "src/b.ts": 'import { c } from "./c.ts";',
        "src/c.ts": `${keyword} { a } from "./a.ts";`,
      });
    expect(checkCycles(cycle("import"))).toEqual([
      "src/c.ts:1: import cycle src/a.ts → src/b.ts → src/c.ts → src/a.ts",
    ]);
    expect(checkCycles(cycle("import type"))).toEqual([]);
  });

  it("a driver outside its store, and I/O in the domain", () => {
    const files = parse({
      "src/log/read.ts": 'import { Redis } from "ioredis";',
      "src/live/redis/view.ts": 'import { Redis } from "ioredis";',
      "src/domain/ids.ts": 'import { readFile } from "node:fs";',
      "src/domain/event.ts": 'import { create } from "@bufbuild/protobuf";',
    });
    expect(checkPackages(files, PACKAGE_HOMES)).toEqual([
      "src/log/read.ts:1: ioredis is for src/live/redis only",
    ]);
    expect(checkPure(files, "src/domain", ["@bufbuild/protobuf"])).toEqual([
      "src/domain/ids.ts:1: src/domain must not import node:fs",
    ]);
  });

  it("two importers of Connect's internals", () => {
    const text = 'import { x } from "@connectrpc/connect/protocol-connect";';
    const files = parse({ "src/a.ts": text, "src/b.ts": text });
    expect(checkOneImporter(files, "@connectrpc/connect/protocol")).toHaveLength(2);
    expect(checkOneImporter(files.slice(1), "@connectrpc/connect/protocol")).toEqual([]);
  });

  it("a relative import without the right extension", () => {
    const files = parse({
      "src/a.ts":
        'import "./b.js";\nimport "./c";\nimport "../gen/d_pb.js";\nimport "../gen/e.ts";',
    });
    expect(checkExtensions(files).map((violation) => violation.split(" ")[0])).toEqual([
      "src/a.ts:1:",
      "src/a.ts:2:",
      "src/a.ts:4:",
    ]);
  });

  it("the environment read in the middle", () => {
    const files = parse({
      "src/log/read.ts":
        '\nconst a = process.env.A;\nconst { env } = process;\nimport { env as e } from "node:process";\nconst b = process["env"];',
      "src/config/env.ts": "const a = process.env.A;",
    });
    expect(checkEnvironment(files, ["src/config"]).map((text) => text.split(" ")[0])).toEqual(
      [2, 3, 4, 5].map((line) => `src/log/read.ts:${line}:`),
    );
  });

  it("a file or a function that is too long", () => {
    const files = parse({ "src/a.ts": `\nconst long = () => {\n${"a();\n".repeat(8)}};\n` });
    expect(checkFileLength(files, 10)).toEqual(["src/a.ts:10: 11 lines, 10 at most"]);
    expect(checkFileLength(files, 11)).toEqual([]);
    expect(checkFunctionLength(files, 9)).toEqual(["src/a.ts:2: long has 10 lines, 9 at most"]);
    expect(checkFunctionLength(files, 10)).toEqual([]);
  });

  it("names that say nothing", () => {
    const named = (path: string): string[] => checkNames([{ path, text: "" }]);
    expect(named("src/utils/a.ts")).toHaveLength(1);
    expect(named("src/log/types.ts")).toHaveLength(1);
    expect(named("src/log/readEvents.ts")).toHaveLength(1);
    expect(named("src/log/read-events.test.ts")).toEqual([]);
  });
});
