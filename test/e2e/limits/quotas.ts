import { expect, it } from "vitest";
import type { RestClient } from "../../support/rest.ts";

/** A user of a plan with 20 sessions, over each of the servers. */
export type NewUser = () => readonly RestClient[];

export function quotaSuite(newUser: NewUser): void {
  it("of sessions are exact, however many are made at once", async () => {
    const clients = newUser();
    const [client] = clients as [RestClient];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        clients[i % clients.length]!.post("/api/v1/sessions", { session_id: `s-${i}` }),
      ),
    );
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(20);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(40);
    expect(refused[0]!.body).toMatchObject({ error: "session_quota_exceeded", code: 429 });
    expect(Number(refused[0]!.headers.get("retry-after"))).toBeGreaterThan(0);
    const quota = (await client.get("/api/v1/quota")).body;
    expect(quota.sessions).toEqual({ limit: 20, used: 20 });

    const { session_id } = made[0]!.body;
    expect((await client.delete(`/api/v1/sessions/${session_id}`)).status).toBe(204);
    expect((await client.post("/api/v1/sessions", { session_id: "late" })).status).toBe(201);
    const restored = await client.post(`/api/v1/sessions/${session_id}/restore`);
    expect([restored.status, restored.body.error]).toEqual([429, "session_quota_exceeded"]);
    const forked = await client.post("/api/v1/sessions/late/fork");
    expect([forked.status, forked.body.error]).toEqual([429, "session_quota_exceeded"]);
  });
}
