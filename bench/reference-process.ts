import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { forgetProcess, reapProcess } from "../test/support/reaper.ts";
import { pin } from "./cores.ts";

/** A process of `references/`, which tells when it is ready. */
export class ReferenceProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /**
   * Resolves with the process and its first message.
   * @param cores where it is to run; undefined: anywhere
   */
  static async start<Ready>(
    file: string,
    argument: string | undefined,
    cores: string | undefined,
  ): Promise<[ReferenceProcess, Ready]> {
    const path = fileURLToPath(new URL(`./references/${file}`, import.meta.url));
    const child = fork(path, argument === undefined ? [] : [argument]);
    const pid = child.pid;
    if (pid === undefined) throw new Error(`${file} could not be started`);
    reapProcess(pid);
    child.once("exit", () => forgetProcess(pid));
    if (cores !== undefined) pin(pid, cores);
    const process = new ReferenceProcess(child);
    return [process, await process.#next<Ready>()];
  }

  /** Sends a question; resolves with the answer. One at a time. */
  ask<Answer>(question: object): Promise<Answer> {
    const answer = this.#next<Answer>();
    this.#child.send(question);
    return answer;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  #next<Message>(): Promise<Message> {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const exited = () => reject(new Error("a reference process ended"));
    this.#child.once("exit", exited);
    this.#child.once("message", (message) => {
      this.#child.off("exit", exited);
      resolve(message as Message);
    });
    return promise;
  }
}
