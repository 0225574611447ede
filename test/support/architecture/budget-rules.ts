import type { SourceFile, TextFile } from "./source-file.ts";

/** Files with more than `limit` lines. */
export function checkFileLength(files: TextFile[], limit: number): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split("\n").length;
    return lines > limit ? [`${path}:${limit}: ${lines} lines, ${limit} at most`] : [];
  });
}

/** Functions with more than `limit` lines, what they hold included. */
export function checkFunctionLength(files: SourceFile[], limit: number): string[] {
  return files.flatMap(({ path, functions }) =>
    functions
      .filter(({ lines }) => lines > limit)
      .map(
        ({ name, line, lines }) => `${path}:${line}: ${name} has ${lines} lines, ${limit} at most`,
      ),
  );
}

// Names that say nothing, so that everything ends up there.
const EMPTY_NAMES = /^(utils?|common|helpers?|types|misc|shared)(\.|$)/;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;

/** Files and folders whose name says nothing or is not in kebab-case. */
export function checkNames(files: TextFile[]): string[] {
  return files.flatMap(({ path }) =>
    path
      .split("/")
      .filter((name) => EMPTY_NAMES.test(name) || !KEBAB_CASE.test(name))
      .map((name) => `${path}:1: "${name}" is not a name: say in kebab-case what it is about`),
  );
}
