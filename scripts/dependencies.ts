// Exact versions in package.json, and a lockfile that works with whatever registry npm is set to.
import { readFileSync } from "node:fs";

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface Lockfile {
  packages: Record<string, Manifest & { resolved?: string; integrity?: string; link?: boolean }>;
}

const manifest = read<Manifest>("package.json");
const lockfile = read<Lockfile>("package-lock.json");
const problems = [
  ...Object.entries(declared(manifest))
    .filter(([, version]) => !EXACT.test(version))
    .map(([name, version]) => `package.json: ${name} "${version}" is not an exact version`),
  ...Object.entries(lockfile.packages).flatMap(([path, entry]) => [
    ...(entry.resolved ? [`package-lock.json: ${path} names its registry`] : []),
    ...(path && !entry.link && !entry.integrity
      ? [`package-lock.json: ${path} has no integrity hash`]
      : []),
  ]),
  ...(sorted(declared(manifest)) === sorted(declared(lockfile.packages[""] ?? {}))
    ? []
    : ["package-lock.json is not the one of package.json: run npm install"]),
];

process.stdout.write(problems.map((problem) => `${problem}\n`).join(""));
process.exitCode = problems.length === 0 ? 0 : 1;

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8")) as T;
}

function declared(of: Manifest): Record<string, string> {
  return { ...of.dependencies, ...of.devDependencies, ...of.optionalDependencies };
}

function sorted(versions: Record<string, string>): string {
  return JSON.stringify(Object.entries(versions).sort());
}
