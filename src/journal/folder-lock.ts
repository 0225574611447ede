import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Another process uses the folder; the message says which, in one line. */
export class FolderInUse extends Error {
  override readonly name = "FolderInUse";
}

export interface FolderLock {
  /** Lets the next process in. */
  release(): Promise<void>;
}

/** Who holds a lock. Pids are used again, so the time the process started goes with it. */
interface Holder {
  readonly pid: number;
  readonly startedAt: string | undefined;
  /** Of this one taking of the lock. */
  readonly token: string;
}

/**
 * Takes `<folder>/lock` for this process; makes the folder if need be. Rejects
 * with `FolderInUse` while a living process has it. What a process left that
 * was killed is taken over, by at most one of those who try.
 *
 * It tells processes apart by pid and start time, so it protects only within
 * one machine, and not between containers that share a folder.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true });
  return take(folder, join(folder, "lock"));
}

async function take(folder: string, path: string): Promise<FolderLock> {
  const own: Holder = { ...thisProcess(), token: randomUUID() };
  const draft = join(folder, `lock-${own.token}`);
  await writeFile(draft, JSON.stringify(own));
  try {
    // Taking it is one step that gives it its content as well.
    if (!(await tryLink(draft, path))) await takeOver(folder, path, draft);
  } finally {
    await unlink(draft).catch(ignoreMissing);
  }
  return { release: () => unlink(path).catch(ignoreMissing) };
}

/**
 * Replaces a dead holder. Whoever does so first holds a second lock, named by
 * the dead holder's token, and looks again: if the first lock is still that
 * holder's, nobody else can be replacing it; if not, somebody was faster. The
 * second lock may have been left by a killed process too, and is then taken
 * over in the same way.
 */
async function takeOver(folder: string, path: string, draft: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder === undefined) return retry(folder, path, draft);
  if (isAlive(holder)) throw inUse(folder, holder);
  const right = await take(folder, join(folder, `lock-after-${holder.token}`));
  try {
    const current = await readHolder(path);
    if (current?.token === holder.token) return await rename(draft, path);
  } finally {
    await right.release();
  }
  return retry(folder, path, draft);
}

async function retry(folder: string, path: string, draft: string): Promise<void> {
  if (!(await tryLink(draft, path))) await takeOver(folder, path, draft);
}

async function tryLink(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/** Undefined if it was let go of meanwhile. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch (error) {
    ignoreMissing(error);
    return undefined;
  }
}

function inUse(folder: string, { pid }: Holder): FolderInUse {
  return new FolderInUse(`${folder} is in use by process ${pid}`);
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return false;
    if (!hasCode(error, "EPERM")) throw error;
  }
  const startedAt = startOf(holder.pid);
  // Where the system does not say, a process of that pid counts as the holder.
  return (
    startedAt === undefined || holder.startedAt === undefined || startedAt === holder.startedAt
  );
}

function thisProcess(): Omit<Holder, "token"> {
  return { pid: process.pid, startedAt: startOf(process.pid) };
}

/** When a process started, in whatever form the system has; undefined if it does not say. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") return linuxStart(pid);
    if (process.platform === "win32") return undefined;
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

/** The boot, and clock ticks since then. */
function linuxStart(pid: number): string {
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The process's name comes first and may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // One that was killed keeps its pid until its parent has noticed.
  return fields[0] === "Z" ? "ended" : `${boot}/${fields[19]}`;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function ignoreMissing(error: unknown): void {
  if (!hasCode(error, "ENOENT")) throw error;
}
