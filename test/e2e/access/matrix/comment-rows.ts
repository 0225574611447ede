import { CommentService } from "../../../../gen/parley/v1/comment_service_pb.js";
import { rest } from "../../../support/rest.ts";
import { from, type Row, row } from "./row.ts";
import { must, type Preparation, type World } from "./world.ts";

const { method: comments } = CommentService;

const changes = true;
const it = ({ sessionId }: World) => ({ sessionId });
const theComment = (world: World) => ({ ...it(world), commentId: world.made.commentId ?? "" });
const otherwise = (world: World) => ({ ...theComment(world), content: "otherwise" });

const commented: Preparation = async (_, path, { service, callers }) => {
  const author = rest(service.url, callers.collaborator.headers);
  const { comment_id } = must(await author.post(`${path}/comments`, { content: "so" }));
  return { commentId: comment_id };
};
const author = { ...from("owner"), collaborator: "ok" } as const;

/** Who may do what with the comment of a collaborator: docs/comments.md, as a table. */
export const COMMENT_ROWS: readonly Row[] = [
  row(comments.addComment, from("collaborator"), (world) => ({ ...it(world), content: "x" }), {
    changes,
  }),
  row(comments.listComments, from("viewer"), it),
  row(comments.getComment, from("viewer"), theComment, { prepare: commented }),
  row(comments.updateComment, { ...author, owner: "session_not_accessible" }, otherwise, {
    changes,
    prepare: commented,
  }),
  row(comments.resolveComment, from("collaborator"), theComment, { changes, prepare: commented }),
  row(comments.deleteComment, author, theComment, {
    changes,
    prepare: commented,
  }),
];
