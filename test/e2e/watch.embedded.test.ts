import { expect, it } from "vitest";
import { uniqueUser } from "../support/rest.ts";
import { startService } from "../support/service.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { grpcClients } from "../support/writers.ts";
import { watchSuite } from "./watch.ts";

watchSuite("embedded", async () => [await startService()]);

it("a watch is resumed after a restart, without missing or repeating any", {
  timeout: 120_000,
}, async () => {
  const env = { PARLEY_DATA: temporaryFolder("data") };
  const user = uniqueUser();
  const sessionId = "watched";
  const seqs: number[] = [];
  for (let start = 0; start < 3; start++) {
    const service = await startService(env);
    const clients = grpcClients(service.url, user);
    if (start === 0) await clients.sessions.createSession({ sessionId });
    const say = (content: string) =>
      clients.conversation.appendMessages({ sessionId, messages: [{ role: 1, content }] });
    await say("before");
    const afterSeq = seqs.at(-1) ?? 0;
    let stopped: Promise<void> | undefined;
    for await (const { seq, update } of clients.conversation.watchSession({
      sessionId,
      afterSeq,
    })) {
      if (update.case !== "event") continue;
      seqs.push(seq);
      const { payload } = update.value;
      if (payload.case !== "message") continue;
      if (payload.value.content === "before") await say("meanwhile");
      else stopped = service.close();
    }
    await stopped;
    clients.close();
  }
  expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
