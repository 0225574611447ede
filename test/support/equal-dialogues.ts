import { create, toJson } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { NewMessageSchema, Role } from "../../gen/parley/v1/message_pb.js";
import type { DraftMessage } from "./dialogues.ts";
import { type Ledger, readMessages } from "./writers.ts";

/** Expects that REST gives back every acknowledged message, in its order, seq without gaps. */
export async function expectStored(url: string, user: string, ledger: Ledger, query = "") {
  expect(ledger.size).toBeGreaterThan(0);
  const pending = [...ledger];
  const reader = async () => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const [sessionId, sent] = next;
      const read = await readMessages(url, user, sessionId, query);
      expect(read.map(({ seq }) => seq)).toEqual(sent.map((_, i) => i + 2));
      expect(read.map(({ role, content, parts }) => ({ role, content, parts }))).toEqual(
        sent.map(asRest),
      );
    }
  };
  await Promise.all(Array.from({ length: 4 }, reader));
}

function asRest(draft: DraftMessage) {
  const json = toJson(NewMessageSchema, create(NewMessageSchema, draft), {
    alwaysEmitImplicit: true,
    useProtoFieldName: true,
  }) as { content: string; parts: unknown[] };
  const role = Role[draft.role ?? Role.UNSPECIFIED]?.toLowerCase();
  return { role, content: json.content, parts: json.parts };
}
