// Does a change of the protos break what is stored or on the wire? buf compares them with how they
// stand on main. Works offline: the old files are taken from git, and what they import from this
// checkout's node_modules.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** A commit to compare with, or why there is none. */
export type Baseline = { commit: string } | { none: string };

/**
 * What the protos of a checkout are compared with: where it left main (`origin/main` if there is
 * one). On main itself that is the commit it stands on, if there are changes on top of it, else
 * the commit before, so that a fresh clone judges its last commit.
 * @param ref compare with this instead
 */
export function findBaseline(root: string, ref?: string): Baseline {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commitOf = (name: string) => git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
  const withProtos = (commit: string | undefined, missing: string): Baseline => {
    if (!commit) return { none: missing };
    return git("ls-tree", "-d", commit, "proto") ? { commit } : { none: `${commit} has no proto/` };
  };

  if (ref !== undefined) return withProtos(commitOf(ref), `this clone has no ${ref}`);
  const head = commitOf("HEAD");
  const main = commitOf("refs/remotes/origin/main") ?? commitOf("refs/heads/main");
  if (!head || !main) return { none: "this clone has no branch main" };
  const fork = git("merge-base", main, head);
  if (fork !== head) return withProtos(fork, "this clone does not reach back to main");
  const changed = git("status", "--porcelain", "--", "proto") !== "";
  if (changed) return withProtos(head, "");
  return withProtos(commitOf("HEAD~1"), "this clone has no earlier commit");
}

/** Has buf compare; true if nothing breaks. Its findings go to stdout. */
function compare(root: string, commit: string): boolean {
  const old = mkdtempSync(join(tmpdir(), "parley-protos-"));
  try {
    const archive = execFileSync("git", ["archive", commit, "proto"], {
      cwd: root,
      maxBuffer: 64 << 20,
    });
    execFileSync("tar", ["-x", "-C", old], { input: archive });
    copyFileSync(join(root, "buf.yaml"), join(old, "buf.yaml"));
    symlinkSync(join(root, "node_modules"), join(old, "node_modules"));
    const args = ["breaking", "proto", "--against", join(old, "proto")];
    return spawnSync("buf", args, { cwd: root, stdio: "inherit" }).status === 0;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { against: { type: "string" } } });
  const root = fileURLToPath(new URL("..", import.meta.url));
  const baseline = findBaseline(root, values.against);
  if ("none" in baseline) process.stdout.write(`nothing to compare with: ${baseline.none}\n`);
  else if (compare(root, baseline.commit)) {
    process.stdout.write(`compared with ${baseline.commit.slice(0, 12)}\n`);
  } else process.exitCode = 1;
}
