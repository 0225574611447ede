import { parseAst } from "vitest/node";

/** A file of the repository; the path is relative to its root, with forward slashes. */
export interface TextFile {
  path: string;
  text: string;
}

export interface ImportSite {
  specifier: string;
  line: number;
  /** `import type` and `export type`: gone at run time. */
  typeOnly: boolean;
}

export interface FunctionSite {
  name: string;
  line: number;
  /** From the first to the last line, both included. */
  lines: number;
}

/** What the rules look at in a TypeScript file. */
export interface SourceFile extends TextFile {
  imports: ImportSite[];
  functions: FunctionSite[];
  /** Lines that reach for `process.env`. */
  environmentReads: number[];
}

interface AstNode {
  type: string;
  start: number;
  end: number;
  [property: string]: unknown;
}

/** @throws on a syntax error, naming the file. */
export function parseSource({ path, text }: TextFile): SourceFile {
  const file: SourceFile = { path, text, imports: [], functions: [], environmentReads: [] };
  const lineAt = lineFinder(text);
  const record = (node: AstNode, parent: AstNode | undefined): void => {
    const line = lineAt(node.start);
    const source = importedSpecifier(node);
    if (source !== undefined) {
      file.imports.push({ specifier: source, line, typeOnly: isTypeOnly(node) });
    }
    if (FUNCTIONS.has(node.type)) {
      const lines = lineAt(node.end) - line + 1;
      file.functions.push({ name: functionName(node, parent), line, lines });
    }
    if (readsEnvironment(node)) file.environmentReads.push(line);
  };
  try {
    walk(parseAst(text, { lang: "ts" }) as unknown as AstNode, undefined, record);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
  return file;
}

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

function walk(
  node: AstNode,
  parent: AstNode | undefined,
  visit: (node: AstNode, parent: AstNode | undefined) => void,
): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isNode(child)) walk(child, node, visit);
    }
  }
}

function isNode(value: unknown): value is AstNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function importedSpecifier(node: AstNode): string | undefined {
  const imports =
    node.type === "ImportDeclaration" ||
    node.type === "ExportNamedDeclaration" ||
    node.type === "ExportAllDeclaration" ||
    node.type === "ImportExpression" ||
    node.type === "TSImportType";
  if (!imports || !isNode(node.source)) return undefined;
  const value = node.source.value;
  return typeof value === "string" ? value : undefined;
}

function isTypeOnly(node: AstNode): boolean {
  // `import { type A }` still loads the module: verbatimModuleSyntax keeps the statement.
  return node.type === "TSImportType" || node.importKind === "type" || node.exportKind === "type";
}

function functionName(node: AstNode, parent: AstNode | undefined): string {
  for (const named of [node.id, parent?.key, parent?.id]) {
    if (isNode(named) && typeof named.name === "string") return named.name;
  }
  return "a function";
}

/** `process.env`, and `env` taken from `node:process`. */
function readsEnvironment(node: AstNode): boolean {
  const of = (value: unknown, name: string): boolean =>
    isNode(value) && (value.name === name || value.value === name);
  if (node.type === "MemberExpression") {
    return of(node.object, "process") && of(node.property, "env");
  }
  return (
    (node.type === "ImportDeclaration" &&
      /^(node:)?process$/.test(importedSpecifier(node) ?? "")) ||
    (node.type === "VariableDeclarator" &&
      of(node.init, "process") &&
      isNode(node.id) &&
      node.id.type === "ObjectPattern")
  );
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
