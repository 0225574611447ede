import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { type Backend, backendOf, cut, type Database } from "./database.ts";
import { leavesOpen, NotConnected, StatementLost } from "./failure.ts";

/** A statement prepared once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

const PAUSE_MS = 50;

/**
 * One connection's worth of statements, each bounded in time. A statement whose
 * answer does not come is cut off, and its backend remembered until it is known
 * to be gone: until then the statement may still commit.
 */
export class Lane {
  readonly #pool: pg.Pool;
  readonly #database: Database;
  readonly #statementMs: number;
  #doubtful: Backend | undefined;

  /** @param statementMs how long a statement may take; default the limit for all of them */
  constructor(pool: pg.Pool, database: Database, statementMs = database.limits.queryMs) {
    this.#pool = pool;
    this.#database = database;
    this.#statementMs = statementMs;
  }

  /**
   * Rejects with `NotConnected` if nothing was sent, with `StatementLost` if
   * nobody knows how it ended, else with the driver's error.
   */
  async run<Row extends pg.QueryResultRow>(
    statement: Statement,
    values: readonly unknown[],
  ): Promise<Row[]> {
    const { rows } = await this.query({ ...statement, values: [...values] });
    return rows as Row[];
  }

  /** The same for a query in the driver's own form, as the query builder makes them. */
  async query(config: pg.QueryConfig): Promise<pg.QueryResult> {
    const connection = await this.#connect(this.#database.limits.connectMs);
    // The server gives up first if it can; this is for one that does not answer at all.
    const timer = setTimeout(cut, this.#statementMs + 500, connection);
    try {
      const result = await connection.query(config);
      connection.release();
      return result;
    } catch (error) {
      const open = leavesOpen(error);
      if (open) this.#doubtful = backendOf(connection);
      connection.release(open);
      throw open ? new StatementLost("a statement was lost", { cause: error }) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Resolves when the backend of the last lost statement can commit nothing any
   * more, so that what the database says about it is final. Rejects if that
   * cannot be found out within the time limit of a statement.
   */
  async settle(): Promise<void> {
    const deadline = performance.now() + this.#database.limits.queryMs;
    while (this.#doubtful !== undefined) {
      const left = deadline - performance.now();
      if (left <= 0) throw new NotConnected("cannot tell whether a lost statement was committed");
      if (await this.#isGone(this.#doubtful, left)) this.#doubtful = undefined;
      else await pause(PAUSE_MS);
    }
  }

  async #isGone(backend: Backend, ms: number): Promise<boolean> {
    const connection = await this.#connect(ms);
    const timer = setTimeout(cut, ms, connection);
    try {
      const gone = await this.#database.isGone(backend, connection);
      connection.release();
      return gone;
    } catch {
      connection.release(true);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tries until the time is up: a server that restarts refuses for a moment. */
  async #connect(ms: number): Promise<pg.PoolClient> {
    const deadline = performance.now() + ms;
    for (;;) {
      try {
        return await this.#pool.connect();
      } catch (error) {
        if (performance.now() + PAUSE_MS >= deadline || this.#pool.ending) {
          throw new NotConnected("no connection to the journal", { cause: error });
        }
        await pause(PAUSE_MS);
      }
    }
  }
}
