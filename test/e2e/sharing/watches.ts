import { expect, it } from "vitest";
import { sse } from "../../support/sse.ts";
import { conversationOf, type Person, person, type Servers, shareWith } from "./people.ts";

export function watchesSuite(servers: Servers): void {
  const owner = () => person(servers()[0]);
  const guest = () => person(servers().at(-1)!);

  /** What a watch shows until it ends, and when that was. */
  async function watching(by: Person, path: string) {
    const stream = sse(`${servers().at(-1)!.url}${path}/watch`, by.headers);
    const open = await stream.next();
    expect(open.value?.data.position?.reason).toBe("open");
    const types: string[] = [];
    const end = (async () => {
      for await (const { data } of stream) types.push(data.event?.type ?? data.error ?? "position");
      return performance.now();
    })();
    return { types, end };
  }

  it("end within a second of the share that opened them, and others go on", async () => {
    const alice = owner();
    const [bob, carol] = [guest(), guest()];
    const path = await conversationOf(alice);
    const share = await shareWith(alice, path, bob.id);
    await shareWith(alice, path, carol.id);
    const [his, hers] = [await watching(bob, path), await watching(carol, path)];
    const say = (content: string) =>
      alice.post(`${path}/messages`, { messages: [{ role: "user", content }] });
    await say("before");
    await alice.delete(share);
    const revokedAt = performance.now();
    await say("after");
    expect((await his.end) - revokedAt).toBeLessThan(1000);
    expect(his.types.filter((type) => type === "message")).toHaveLength(1);
    expect(his.types.at(-1)).toBe("session_not_found");
    await expect.poll(() => hers.types.filter((type) => type === "message").length).toBe(2);
    await alice.delete(path);
    await hers.end;
    expect(hers.types.at(-1)).toBe("session_not_found");
  });

  it("end when the share does, and when the session has another owner", async () => {
    const alice = owner();
    const [bob, carol] = [guest(), guest()];
    const path = await conversationOf(alice);
    const expiration = new Date(Date.now() + 1500).toISOString();
    await shareWith(alice, path, bob.id, "view", { expiration });
    await shareWith(alice, path, carol.id);
    const [his, hers] = [await watching(bob, path), await watching(carol, path)];
    await his.end;
    expect(his.types).toEqual(["session_not_found"]);
    await alice.post(`${path}/transfer`, { to_user_id: carol.id });
    await hers.end;
    expect(hers.types.at(-1)).toBe("session_not_found");
    expect((await carol.get(path)).status).toBe(200);
  });
}
