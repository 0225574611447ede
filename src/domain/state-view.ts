import { create } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { type SessionState, SessionStateSchema } from "../../gen/parley/v1/state_pb.js";

/** The state of a session as it is answered: in one piece, with its context. */
export function stateView({ session, state }: Head): SessionState {
  const view = { ...(state ?? create(SessionStateSchema)) };
  delete view.context;
  return session?.context === undefined ? view : { ...view, context: session.context };
}
