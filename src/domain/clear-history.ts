import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import type { HistoryClearedSchema } from "../../gen/parley/v1/event_pb.js";

/** What clears the history up to where the head stands; undefined if nothing is left to clear. */
export function clearing(
  head: Head,
  keepContext: boolean,
): MessageInitShape<typeof HistoryClearedSchema> | undefined {
  const { version = 0, messageCount = 0, turnCount = 0 } = head.session ?? {};
  const cleared = messageCount - head.clearedMessages;
  const isEmpty = cleared === 0 && turnCount === head.clearedTurns;
  if (isEmpty && (keepContext || !hasState(head))) return undefined;
  return { keepContext, upToSeq: version, messageCount, turnCount, cleared };
}

function hasState({ session, state }: Head): boolean {
  return session?.context !== undefined || state !== undefined;
}
