import { expect, it } from "vitest";
import { Role } from "../../gen/parley/v1/message_pb.js";
import type { LiveSubject } from "./live.ts";
import { look, momentOf, ToySession } from "./live-session.ts";

const NOTHING = { title: undefined, fresh: false, events: undefined };

/** What a view does with a session that is to leave nothing behind. */
export function forgetContract(subject: () => LiveSubject): void {
  const view = () => subject().view;

  async function install(session: ToySession, version: number): Promise<void> {
    const events = session.events(1, version);
    await view().install(session.copy(version, await momentOf(view()), { events }));
    const fragment = { messageId: "m", role: Role.ASSISTANT, offset: 0, text: "so far" };
    await view().publish(session.key, { uid: session.uid, version }, fragment);
  }

  const openText = async ({ key, uid }: ToySession) =>
    (await view().readOpenMessage(key, uid))?.text;

  it("removes head, tail and open message", async () => {
    const session = new ToySession();
    await install(session, 3);
    expect((await look(view(), session.key, 0)).events).toHaveLength(3);
    expect(await openText(session)).toBe("so far");
    await view().forget(session.key, session.uid);
    await view().forget(session.key, session.uid);
    expect(await look(view(), session.key, 0)).toEqual(NOTHING);
    expect(await openText(session)).toBeUndefined();
    // The events of the old tail are gone as well: they would be in the way of these.
    await view().install(session.copy(2, await momentOf(view())));
    expect(await look(view(), session.key, 1)).toMatchObject({ title: "at 2", events: undefined });
  });

  it("leaves the session that has the id now", async () => {
    const first = new ToySession();
    const second = first.successor();
    await install(first, 2);
    await install(second, 1);
    const before = await look(view(), second.key, 0);
    expect(before.title).toBe("at 1");
    await view().forget(first.key, first.uid);
    expect(await look(view(), second.key, 0)).toEqual(before);
    expect(await openText(second)).toBe("so far");
  });

  it("does not know others better afterwards", async () => {
    const [one, other] = [new ToySession(), new ToySession()];
    await install(other, 2);
    await view().forget(one.key, one.uid);
    expect((await look(view(), other.key, 0)).title).toBe("at 2");
    expect(view().lifeMs).toBeGreaterThanOrEqual(subject().silenceMs);
  });
}
