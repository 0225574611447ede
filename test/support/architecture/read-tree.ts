import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { TextFile } from "./source-file.ts";

/** The files below `folders` of `root` that end in one of `extensions`; a missing folder is empty. */
export function readTree(root: string, folders: string[], extensions: string[]): TextFile[] {
  return folders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && extensions.some((end) => entry.name.endsWith(end)))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return {
        path: relative(root, file).split(sep).join("/"),
        text: readFileSync(file, "utf8"),
      };
    });
}
