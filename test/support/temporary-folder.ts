import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forgetFolder, reapFolder } from "./reaper.ts";

/**
 * A new empty folder of the system's temporary directory. It is removed when this process ends,
 * or earlier by `removeFolder`.
 * @param owner numeric ids the folder is given to; needs root. Default: who runs the tests.
 */
export function temporaryFolder(label: string, owner?: { uid: number; gid: number }): string {
  const folder = mkdtempSync(join(tmpdir(), `parley-test-${label}-`));
  reapFolder(folder);
  if (owner) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

/** Removes a folder made by `temporaryFolder` with all that is in it. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  forgetFolder(folder);
}
