import { createClient, createRouterTransport, type Interceptor } from "@connectrpc/connect";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CommentService } from "../../gen/parley/v1/comment_service_pb.js";
import { ConversationService } from "../../gen/parley/v1/conversation_service_pb.js";
import { Role } from "../../gen/parley/v1/message_pb.js";
import { SessionService } from "../../gen/parley/v1/session_service_pb.js";
import { callerKey } from "../../src/api/caller.ts";
import { registerServices } from "../../src/api/index.ts";
import { systemClock } from "../../src/clock.ts";
import { openPgliteJournal } from "../../src/journal/index.ts";
import type { Journal } from "../../src/journal/port.ts";
import { openMemoryView } from "../../src/live/index.ts";
import { createLog, type Log } from "../../src/log/log.ts";
import { OWNER } from "../../src/log/testing/sessions.ts";
import { mapErrors } from "../../src/server/interceptors/errors.ts";
import { handlerContext } from "../support/handler-context.ts";

const SECRET = "xyloquartz";

describe("a change and the deletion of one comment", () => {
  let journal: Journal;
  let log: Log;
  /** What happens right before the next write is sent to the journal. */
  let meanwhile: (() => Promise<unknown>) | undefined;
  let transport: ReturnType<typeof createRouterTransport>;
  beforeAll(async () => {
    journal = await openPgliteJournal();
    const live = openMemoryView({ boundMs: Number.POSITIVE_INFINITY });
    const logger = pino({ level: "silent" });
    const { changeSession } = journal;
    journal.changeSession = async (change) => {
      const happens = meanwhile;
      meanwhile = undefined;
      await happens?.();
      return changeSession.call(journal, change);
    };
    const stalenessMs = Number.POSITIVE_INFINITY;
    log = createLog({ journal, live, clock: systemClock, logger, stalenessMs });
    const context = handlerContext(log);
    const asOwner: Interceptor = (next) => (request) => {
      request.contextValues.set(callerKey, OWNER);
      return next(request);
    };
    transport = createRouterTransport((router) => registerServices(router, context), {
      router: { interceptors: [mapErrors(logger), asOwner] },
    });
  });
  afterAll(async () => {
    log.close();
    await journal.close();
  });

  let sessionId: string;
  let commentId: string;
  let comments: ReturnType<typeof createClient<typeof CommentService>>;
  beforeEach(async () => {
    const { session } = await createClient(SessionService, transport).createSession({});
    sessionId = session!.sessionId;
    comments = createClient(CommentService, transport);
    const { comment } = await comments.addComment({ sessionId, content: SECRET });
    commentId = comment!.commentId;
  });

  const edit = () => comments.updateComment({ sessionId, commentId, content: `${SECRET} 2` });
  const remove = () => comments.deleteComment({ sessionId, commentId });

  /** The kinds of events in the log, which must not hold the text. */
  async function cleanLog(): Promise<string[]> {
    const conversation = createClient(ConversationService, transport);
    const { events } = await conversation.listEvents({ sessionId });
    for (const { payload } of events) expect(payload.value).not.toHaveProperty("content", SECRET);
    const edits = events.filter(({ type }) => type === "comment_edited");
    for (const { payload } of edits) expect(payload.value).toMatchObject({ redacted: true });
    return events.map(({ type }) => type.replace("comment_", ""));
  }

  it("leave no text where the change comes in just before the deletion", async () => {
    meanwhile = edit;
    await remove();
    expect(await cleanLog()).toEqual(["session_created", "added", "edited", "deleted", "deleted"]);
    await remove();
    expect(await cleanLog()).toHaveLength(5);
  });

  it("leave no text where the deletion comes in just before the change", async () => {
    meanwhile = remove;
    await expect(edit()).rejects.toMatchObject({
      rawMessage: expect.stringContaining("the comment does not exist"),
    });
    expect(await cleanLog()).toEqual(["session_created", "added", "deleted"]);
  });

  it("go on where something else was taken out of the log meanwhile", async () => {
    const conversation = createClient(ConversationService, transport);
    const said = { role: Role.USER, content: "said" };
    await conversation.appendMessages({ sessionId, messages: [said, said] });
    meanwhile = () => conversation.redactMessage({ sessionId, seq: 3 });
    expect((await edit()).comment).toMatchObject({ content: `${SECRET} 2`, version: 6 });
    meanwhile = () => conversation.redactMessage({ sessionId, seq: 4 });
    await remove();
    expect(await cleanLog()).toHaveLength(8);
  });
});
