import { randomBytes } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import type { Head } from "../../../gen/parley/store/v1/head_pb.js";
import { SessionDeletedSchema } from "../../../gen/parley/v1/event_pb.js";
import { CreateSessionRequestSchema } from "../../../gen/parley/v1/session_commands_pb.js";
import { Consistency } from "../../../gen/parley/v1/session_pb.js";
import { Permission } from "../../../gen/parley/v1/share_pb.js";
import type { Context } from "../../context.ts";
import { admit, admitDeleted, isOver } from "../../domain/access.ts";
import type { Decision } from "../../domain/decision.ts";
import { DERIVED_TTL_MS, refreshed } from "../../domain/derivation.ts";
import { ParleyError } from "../../domain/errors.ts";
import type { Principal } from "../../domain/principal.ts";
import { cancelAll } from "../../domain/task-commands.ts";
import { changeLifetime } from "../change-lifetime.ts";
import { creationOf } from "../creation.ts";
import { freshnessOf } from "../freshness.ts";
import { operationOf } from "../operation.ts";
import { changeWork } from "../work.ts";

/** The session of a chat request. */
export interface Resolved {
  readonly head: Head;
  readonly isNew: boolean;
  /** True if somebody else has the id. */
  readonly wasCollision: boolean;
}

/** Rounds in which an id is looked up and created, each overtaken by others, before it gives up. */
const MAX_ROUNDS = 4;

/**
 * Finds or makes the session of one call. An id is looked up first, which is all
 * that most calls need; of those that find nothing, the journal lets one create it.
 */
export class SessionResolver {
  readonly #context: Context;
  readonly #call: HandlerContext;
  readonly #principal: Principal;

  constructor(context: Context, call: HandlerContext, principal: Principal) {
    this.#context = context;
    this.#call = call;
    this.#principal = principal;
  }

  /**
   * The session its caller named. One that has expired is `session_expired`, as
   * everywhere: its owner may want it back from the archive.
   */
  named(id: string): Promise<Resolved> {
    return this.#resolve(id, undefined, async () => {
      throw new ParleyError("session_expired", "the session has expired");
    });
  }

  /** The session of a derived id. One that has expired makes room for the next. */
  derived(id: string): Promise<Resolved> {
    return this.#resolve(id, DERIVED_TTL_MS, () => this.#end(id));
  }

  /** @param makeRoom deals with an expired session of the id, so that it can be created */
  async #resolve(
    id: string,
    ttlMs: number | undefined,
    makeRoom: () => Promise<void>,
  ): Promise<Resolved> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const found = await this.#find(id);
      if (found === "expired") await makeRoom();
      else if (found !== undefined) return { head: found, isNew: false, wasCollision: false };
      const created = await this.#create(id, ttlMs);
      if ("head" in created) return { head: created.head, isNew: true, wasCollision: false };
      const { holder } = created;
      if (holder === "foreign") return this.#standIn();
      // Made in between by another call of the caller.
      if (!this.#isOver(holder)) return { head: holder, isNew: false, wasCollision: false };
    }
    throw new ParleyError("version_conflict", "the session kept changing; try again");
  }

  /** The caller's own session, its lifetime refreshed. */
  async #find(id: string): Promise<Head | "expired" | undefined> {
    const principal = this.#principal;
    const freshness = freshnessOf({ consistency: Consistency.LIVE });
    const wish = { principal, id, ...freshness, needed: Permission.OWN };
    try {
      const { head, session } = await this.#context.log.read(wish);
      const isDue = refreshed(session, this.#context.clock.now()) !== undefined;
      return isDue ? await this.#refresh(id) : head;
    } catch (error) {
      if (!(error instanceof ParleyError)) throw error;
      if (error.reason === "session_expired") return "expired";
      if (error.reason === "session_not_found") return undefined;
      // Another's, be it shared or not.
      if (error.reason === "session_not_accessible") return undefined;
      throw error;
    }
  }

  async #refresh(id: string): Promise<Head | undefined> {
    const { head } = await this.#write(id, (found) => {
      const now = this.#context.clock.now();
      const { head, session } = admit(found, this.#principal, now, Permission.OWN);
      return changeLifetime(this.#context, this.#principal, head, refreshed(session, now));
    });
    return head;
  }

  /** Deletes an expired session, which lets its owner have the id again. */
  async #end(id: string): Promise<void> {
    await this.#write(id, (found) => {
      const { head } = admitDeleted(found, this.#principal, this.#context.clock.now());
      if (head.deletedAt !== undefined || !this.#isOver(head)) return undefined;
      const payload = { case: "sessionDeleted", value: create(SessionDeletedSchema) } as const;
      const ended = cancelAll(head, { code: "deleted", now: this.#context.clock.now() });
      const drafts = [...ended, { taskId: undefined, payload }];
      return changeWork(this.#context, this.#principal, head, drafts);
    });
  }

  #isOver({ session }: Head): boolean {
    return session !== undefined && isOver(session, this.#context.clock.now());
  }

  /** In the place of a session that is somebody else's. */
  async #standIn(): Promise<Resolved> {
    const id = `oai-${randomBytes(8).toString("hex")}`;
    const created = await this.#create(id, DERIVED_TTL_MS);
    if ("head" in created) return { head: created.head, isNew: true, wasCollision: true };
    throw new ParleyError("internal", "a generated id was taken");
  }

  #create(id: string, ttlMs: number | undefined) {
    const ttl = ttlMs === undefined ? {} : { ttl: durationFromMs(ttlMs) };
    const request = create(CreateSessionRequestSchema, ttl);
    const { operation, retryable } = this.#operation();
    const creation = creationOf(this.#context, this.#principal, request, id, operation);
    return this.#context.log.create(creation, retryable);
  }

  #write(id: string, decide: (head: Head | undefined) => Decision | undefined) {
    const principal = this.#principal;
    return this.#context.log.write({ principal, id, ...this.#operation(), decide });
  }

  /** Never a retry: a call that is made again finds what the first one made. */
  #operation() {
    const nameless = create(CreateSessionRequestSchema);
    const schema = CreateSessionRequestSchema;
    return operationOf(this.#context, this.#call, this.#principal, schema, nameless);
  }
}
