import { posix } from "node:path";
import type { ImportSite, SourceFile } from "./source-file.ts";

/**
 * Which part of `src/` may import which. A part is a folder or file below `src/`, or a folder of
 * `gen/`; a file belongs to the longest part that holds it and may always import its own part.
 * Parts are separated by blanks; `type:x` allows `import type` only.
 */
export type Layers = Record<string, string>;

/** Imports that go the wrong way, and files that belong to no part. */
export function checkDirection(files: SourceFile[], layers: Layers): string[] {
  return files.flatMap((file) => {
    const from = partOf(file.path, layers);
    if (from === undefined) return [`${file.path}:1: belongs to no part of the map`];
    return ourImports(file).flatMap(({ target, site }) => {
      const allowed = (layers[from] ?? "").split(" ");
      return isAllowed(target, from, allowed, site, layers)
        ? []
        : [`${file.path}:${site.line}: ${from} must not import ${target}`];
    });
  });
}

function isAllowed(
  target: string,
  from: string,
  allowed: string[],
  site: ImportSite,
  layers: Layers,
): boolean {
  const part = partOf(target, layers);
  if (part === from) return true;
  return allowed.some((entry) => {
    if (entry.startsWith("type:") && !site.typeOnly) return false;
    const name = entry.replace(/^type:/, "");
    return name === part || target === `src/${name}` || target.startsWith(`${name}/`);
  });
}

function partOf(path: string, layers: Layers): string | undefined {
  return Object.keys(layers)
    .filter((part) => path === `src/${part}` || path.startsWith(`src/${part}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Imports between sibling folders of `parent`, such as `src/api`. */
export function checkSiblings(files: SourceFile[], parent: string): string[] {
  const folder = (path: string): string | undefined =>
    new RegExp(`^${parent}/([^/]+)/`).exec(path)?.[1];
  return files.flatMap((file) =>
    ourImports(file)
      .filter(({ target }) => folder(file.path) && folder(target))
      .filter(({ target }) => folder(file.path) !== folder(target))
      .map(({ target, site }) => `${file.path}:${site.line}: must not import ${target}`),
  );
}

/** Run-time import cycles, each once. */
export function checkCycles(files: SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const violations: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    const file = byPath.get(path);
    if (file === undefined || done.has(path)) return;
    for (const { target, site } of ourImports(file)) {
      if (site.typeOnly) continue;
      const start = [...trail, path].indexOf(target);
      if (start === -1) visit(target, [...trail, path]);
      else {
        const cycle = [...trail, path].slice(start).concat(target).join(" → ");
        violations.push(`${path}:${site.line}: import cycle ${cycle}`);
      }
    }
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return violations;
}

/** Packages that only some parts may import: `{ ioredis: ["src/live/redis"] }`. */
export function checkPackages(files: SourceFile[], homes: Record<string, string[]>): string[] {
  return files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      const home = Object.entries(homes).find(([name]) => isOf(specifier, name))?.[1];
      if (home === undefined || home.some((part) => isWithin(file.path, part))) return [];
      return [`${file.path}:${line}: ${specifier} is for ${home.join(" and ")} only`];
    }),
  );
}

/** Parts that import nothing but the packages named; Node's own modules count as packages. */
export function checkPure(files: SourceFile[], part: string, packages: string[]): string[] {
  return files
    .filter(({ path }) => isWithin(path, part))
    .flatMap((file) =>
      file.imports
        .filter(({ specifier }) => !specifier.startsWith("."))
        .filter(({ specifier }) => !packages.some((name) => isOf(specifier, name)))
        .map(({ specifier, line }) => `${file.path}:${line}: ${part} must not import ${specifier}`),
    );
}

/** Modules whose name starts with `prefix` may be imported by one file, whichever. */
export function checkOneImporter(files: SourceFile[], prefix: string): string[] {
  const sites = files.flatMap((file) =>
    file.imports
      .filter(({ specifier }) => specifier.startsWith(prefix))
      .map(({ line }) => ({ path: file.path, line })),
  );
  if (new Set(sites.map(({ path }) => path)).size < 2) return [];
  return sites.map(({ path, line }) => `${path}:${line}: ${prefix}… belongs in one file`);
}

/** Relative imports name the file as it is on disk: `.ts`, and `.js` below `gen/`. */
export function checkExtensions(files: SourceFile[]): string[] {
  return files.flatMap((file) =>
    ourImports(file)
      .filter(({ target }) => !target.endsWith(target.startsWith("gen/") ? ".js" : ".ts"))
      .filter(({ target }) => !target.endsWith(".json"))
      .map(
        ({ site }) =>
          `${file.path}:${site.line}: ${site.specifier} must end in .ts, or .js for gen/`,
      ),
  );
}

/** `process.env` is read in these files and folders only. */
export function checkEnvironment(files: SourceFile[], homes: string[]): string[] {
  return files
    .filter(({ path }) => !homes.some((home) => isWithin(path, home)))
    .flatMap(({ path, environmentReads }) =>
      environmentReads.map(
        (line) => `${path}:${line}: process.env is for ${homes.join(", ")} only`,
      ),
    );
}

function ourImports(file: SourceFile): { target: string; site: ImportSite }[] {
  return file.imports
    .filter(({ specifier }) => specifier.startsWith("."))
    .map((site) => ({
      target: posix.join(posix.dirname(file.path), site.specifier),
      site,
    }));
}

function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}

function isOf(specifier: string, name: string): boolean {
  return specifier === name || specifier.startsWith(`${name}/`);
}
