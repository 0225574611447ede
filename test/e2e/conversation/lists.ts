import { expect, it } from "vitest";
import { as, type Target } from "./target.ts";

export function listsSuite(target: Target): void {
  it("are newest first, paged three ways, filtered and summed", async () => {
    const alice = as(target);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const agent_id = i % 2 === 0 ? "even" : "odd";
      const { body } = await alice.post("/api/v1/sessions", { title: `Trip ${i}`, agent_id });
      ids.unshift(body.session_id);
    }
    const list = async (query: string) => (await alice.get(`/api/v1/sessions?${query}`)).body;
    const idsOf = (body: { sessions: { session_id: string }[] }) =>
      body.sessions.map((s) => s.session_id);
    const all = await list("");
    expect(idsOf(all)).toEqual(ids);
    expect(all).toMatchObject({ total_count: 5, count: 5, page: 1, next_page_token: "" });
    expect(all.summary).toMatchObject({ by_status: { active: 5 }, message_count: 0 });
    expect(idsOf(await list("limit=2&offset=2"))).toEqual(ids.slice(2, 4));
    expect(idsOf(await list("limit=2&page=3"))).toEqual(ids.slice(4));
    expect(idsOf(await list("order=asc&limit=1"))).toEqual(ids.slice(4));
    expect(idsOf(await list("agent_id=odd"))).toHaveLength(2);
    expect(idsOf(await list("q=TRIP%203"))).toEqual([ids[1]]);
    expect(idsOf(await list("q=%25"))).toEqual([]);
    const today = new Date().toISOString().slice(0, 10);
    expect(idsOf(await list(`date_from=${today}&date_to=${today}`))).toHaveLength(5);
    const first = await list("limit=3");
    const rest = await list(`limit=3&page_token=${first.next_page_token}`);
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(ids);
    expect((await alice.get("/api/v1/sessions/latest")).body.session_id).toBe(ids[0]);
    await alice.post(`/api/v1/sessions/${ids[3]}/messages`, {
      messages: [{ role: "user", content: "x" }],
    });
    expect((await alice.get("/api/v1/sessions/latest")).body.session_id).toBe(ids[3]);
  });

  it("are empty lists and a 404 for a newcomer", async () => {
    const nobody = as(target);
    expect((await nobody.get("/api/v1/sessions")).body).toMatchObject({
      sessions: [],
      total_count: 0,
    });
    expect(await nobody.get("/api/v1/sessions/latest")).toMatchObject({
      status: 404,
      body: { error: "session_not_found" },
    });
  });

  it.each(["offset=2147483647", "date_from=0000-01-01", "date_to=9999-12-31"])(
    "take ?%s",
    async (query) => {
      const alice = as(target);
      await alice.post("/api/v1/sessions", {});
      expect((await alice.get(`/api/v1/sessions?${query}`)).status).toBe(200);
    },
  );

  it.each([
    "limit=0",
    "limit=101",
    "limit=abc",
    "limit=1&limit=2",
    "offset=-1",
    "page=0",
    "page=1&offset=1",
    "page=2147483647",
    "order=up",
    "status=odd",
    "date_from=yesterday",
    "page_token=x",
    "colour=red",
  ])("refuse ?%s", async (query) => {
    const answer = await as(target).get(`/api/v1/sessions?${query}`);
    expect(answer).toMatchObject({
      status: 400,
      body: { error: "invalid_argument", code: 400 },
    });
  });
}
