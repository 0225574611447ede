import { ArchiveService } from "../../../../gen/parley/v1/archive_service_pb.js";
import { ConversationService } from "../../../../gen/parley/v1/conversation_service_pb.js";
import { DerivationService } from "../../../../gen/parley/v1/derivation_service_pb.js";
import { Role } from "../../../../gen/parley/v1/message_pb.js";
import { RunService } from "../../../../gen/parley/v1/run_service_pb.js";
import { SearchService } from "../../../../gen/parley/v1/search_service_pb.js";
import { SessionService } from "../../../../gen/parley/v1/session_service_pb.js";
import { Permission } from "../../../../gen/parley/v1/share_pb.js";
import { ShareService } from "../../../../gen/parley/v1/share_service_pb.js";
import { StateService } from "../../../../gen/parley/v1/state_service_pb.js";
import { TurnService } from "../../../../gen/parley/v1/turn_service_pb.js";
import type { Kind } from "./kinds.ts";
import { all, from, own, type Row, row } from "./row.ts";
import { must, type Preparation, type World } from "./world.ts";

const { method: session } = SessionService;
const { method: talk } = ConversationService;
const { method: turn } = TurnService;
const { method: state } = StateService;
const { method: run } = RunService;
const { method: archive } = ArchiveService;
const { method: share } = ShareService;

const it = ({ sessionId }: World) => ({ sessionId });
const changes = true;
const LET_IN: readonly Kind[] = ["viewer", "editor", "collaborator", "owner"];
const GUESTS: readonly Kind[] = ["viewer", "editor", "collaborator"];

const deleted: Preparation = async (owner, path) => must(await owner.delete(path));
const openTurn: Preparation = async (owner, path) => must(await owner.post(`${path}/turns`));
const working: Preparation = async (owner, path) => {
  const { task } = must(await owner.post(`${path}/tasks`, { query: "work" }));
  return { taskId: task.task_id };
};
const withLink: Preparation = async (owner, path) => {
  const { secret, share: made } = must(await owner.post(`${path}/share-links`));
  return { secret, shareId: made.share_id };
};

/** Who may do what with sessions: docs/sharing.md, as a table. */
export const SESSION_ROWS: readonly Row[] = [
  row(session.createSession, all(), () => ({ title: "one's own" }), { changes }),
  row(session.getSession, from("viewer"), it),
  row(session.listSessions, all(), () => ({}), {
    shows: ({ sessions }, { sessionId }) => sessions.some((one) => one.sessionId === sessionId),
    to: ["owner"],
  }),
  row(session.updateSession, from("editor"), (world) => ({ ...it(world), title: "new" }), {
    changes,
  }),
  row(session.updateSession, from("owner"), (world) => ({ ...it(world), labels: { a: "b" } }), {
    changes,
  }),
  row(session.deleteSession, from("owner"), it, { changes }),
  row(session.cleanupSessions, all(), ({ sessionId }) => ({ sessionIds: [sessionId] }), {
    changes,
    shows: ({ deleted }) => deleted > 0,
    to: ["owner"],
  }),
  row(session.deleteAllSessions, all(), ({ agentId }) => ({ agentId, confirm: true }), {
    changes,
    shows: ({ deleted }) => deleted > 0,
    to: ["owner"],
  }),
  row(session.restoreSession, own("session_not_found"), it, { changes, prepare: deleted }),
  row(session.checkSessionExists, all(), it, { shows: ({ exists }) => exists, to: LET_IN }),
  row(session.getLatestSession, own("session_not_found"), ({ agentId }) => ({ agentId }), {
    shows: ({ session: latest }, { sessionId }) => latest?.sessionId === sessionId,
    to: ["owner"],
  }),
  row(session.touchSession, from("owner"), it, { changes }),
  row(session.extendSession, from("owner"), (world) => ({ ...it(world), ttlSeconds: 7200 }), {
    changes,
  }),
  row(session.forkSession, from("viewer"), it, { changes }),
  row(session.getSessionInfo, from("viewer"), it),
  row(state.getSessionState, from("viewer"), it),
  row(
    state.updateSessionState,
    from("collaborator"),
    (world) => ({ ...it(world), variables: { a: 1 } }),
    { changes },
  ),
  row(
    talk.appendMessages,
    from("editor"),
    (world) => ({ ...it(world), messages: [{ role: Role.USER, content: "more" }] as never }),
    { changes },
  ),
  row(talk.appendEvents, from("editor"), (world) => ({ ...it(world), events: [{ name: "e" }] }), {
    changes,
  }),
  row(
    talk.publishPartial,
    from("editor"),
    (world) => ({ ...it(world), messageId: crypto.randomUUID(), text: "So" }),
    { changes },
  ),
  row(talk.clearHistory, from("owner"), it, { changes }),
  row(talk.redactMessage, from("owner"), (world) => ({ ...it(world), seq: 2 }), { changes }),
  row(talk.getMessage, from("viewer"), (world) => ({ ...it(world), seq: 2 })),
  row(talk.listMessages, from("viewer"), it),
  row(talk.listTurns, from("viewer"), it),
  row(talk.listTurnEvents, from("viewer"), it),
  row(talk.listEvents, from("viewer"), it),
  row(talk.watchSession, from("viewer"), it),
  row(turn.beginTurn, from("editor"), it, { changes }),
  row(turn.endTurn, from("editor"), (world) => ({ ...it(world), turn: "2" }), {
    changes,
    prepare: openTurn,
  }),
  row(turn.getTurn, from("viewer"), (world) => ({ ...it(world), turn: "1" })),
  row(run.cancelSession, from("collaborator"), it, { changes, prepare: working }),
  row(run.pauseSession, from("collaborator", { met: "session_cannot_be_paused" }), it),
  row(run.resumeSession, from("collaborator", { met: "session_cannot_be_resumed" }), it),
  row(run.getSessionResults, from("viewer", { met: "results_not_available" }), it),
  row(run.getSessionHistory, from("viewer"), it),
  row(run.getSessionMetrics, from("viewer"), it),
  row(archive.listArchivedSessions, all(), () => ({})),
  row(archive.getArchivedSession, archived(), it),
  row(archive.listArchivedEvents, archived(), it),
  row(archive.reviveSession, archived(), it),
  row(SearchService.method.searchMessages, from("owner"), (world) => ({
    ...it(world),
    q: "hello",
  })),
  row(DerivationService.method.resolveSession, all(), it, {
    changes,
    // Another tenant may have the same id.
    shows: ({ sessionId, isNew }, world) => sessionId === world.sessionId && !isNew,
    to: ["owner"],
  }),
  row(share.shareSession, from("owner"), (world) => ({ ...it(world), recipients: ["x"] }), {
    changes,
  }),
  row(share.createShareLink, from("owner"), it, { changes }),
  row(share.listShares, from("owner"), it),
  row(
    share.updateShare,
    from("owner"),
    (world) => ({ ...it(world), shareId: world.made.shareId ?? "", message: "m" }),
    { changes, prepare: withLink },
  ),
  row(share.revokeShare, from("owner"), (world) => ({ ...it(world), shareId: "x" }), { changes }),
  row(share.getAccess, from("viewer"), it),
  row(share.listSharedSessions, all(), () => ({}), {
    shows: ({ shared }, { sessionId }) =>
      shared.some((one) => one.session?.sessionId === sessionId),
    to: GUESTS,
  }),
  row(
    share.previewShareLink,
    { ...all(), "other tenant": "share_not_found" },
    ({ made }) => ({ secret: made.secret ?? "" }),
    { prepare: withLink },
  ),
  row(
    share.openShareLink,
    { ...all(), "other tenant": "share_not_found" },
    ({ made }) => ({ secret: made.secret ?? "" }),
    { prepare: withLink, changes },
  ),
  row(share.transferSession, from("owner", { met: "invalid_argument" }), (world) => ({
    ...it(world),
    toUserId: "somebody",
    keep: Permission.VIEW,
  })),
];

/** It has not ended, so that it is in nobody's archive. */
function archived() {
  return { ...all("session_not_found"), ...guests("session_not_accessible") };
}

function guests(answer: "session_not_accessible") {
  return { viewer: answer, editor: answer, collaborator: answer };
}
