import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findBaseline } from "./proto-breaking.ts";

describe("findBaseline", () => {
  let root: string;
  const git = (...args: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  const commit = (text: string): string => {
    mkdirSync(join(root, "proto"), { recursive: true });
    writeFileSync(join(root, "proto/a.proto"), text);
    git("add", ".");
    git("commit", "-m", text);
    return git("rev-parse", "HEAD");
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "parley-baseline-"));
    git("init", "-b", "main");
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("is the commit before, on a clean main", () => {
    const first = commit("one");
    expect(findBaseline(root)).toEqual({ none: "this clone has no earlier commit" });
    commit("two");
    expect(findBaseline(root)).toEqual({ commit: first });
  });

  it("is the commit it stands on, on a main with changed protos", () => {
    commit("one");
    const second = commit("two");
    writeFileSync(join(root, "proto/new.proto"), "three");
    expect(findBaseline(root)).toEqual({ commit: second });
  });

  it("is where a branch left main, whatever happened there since", () => {
    const first = commit("one");
    git("checkout", "-b", "feature");
    commit("two");
    git("checkout", "main");
    commit("three");
    git("checkout", "feature");
    expect(findBaseline(root)).toEqual({ commit: first });
  });

  it("is what was pushed, where there is an origin/main", () => {
    const first = commit("one");
    git("update-ref", "refs/remotes/origin/main", first);
    commit("two");
    commit("three");
    expect(findBaseline(root)).toEqual({ commit: first });
  });

  it("is none without main, without the ref asked for, without protos there", () => {
    git("commit", "--allow-empty", "-m", "empty");
    const empty = git("rev-parse", "HEAD");
    commit("one");
    expect(findBaseline(root)).toEqual({ none: `${empty} has no proto/` });
    expect(findBaseline(root, "v9")).toEqual({ none: "this clone has no v9" });
    git("branch", "-m", "trunk");
    expect(findBaseline(root)).toEqual({ none: "this clone has no branch main" });
  });
});
