import { expect, it } from "vitest";
import { as, RFC_3339, type Target } from "./target.ts";

async function newSession(target: Target, request: object = {}) {
  const alice = as(target);
  const { body } = await alice.post("/api/v1/sessions", request);
  const session = `/api/v1/sessions/${body.session_id}`;
  return { alice, session, path: `${session}/state` };
}

export function stateSuite(target: Target): void {
  it("is what was set, each part by its own rule", async () => {
    const { alice, session, path } = await newSession(target, { context: { born: true } });
    const first = await alice.patch(path, {
      context: { a: 1 },
      variables: { city: "Paris", order: { id: 7 } },
      scenario: { scenario_id: "refund", step_id: "ask" },
      rules_fired: ["greet", "greet"],
      agents: { planner: { goal: "x", depth: 2 } },
    });
    expect(first).toMatchObject({ status: 200, body: { version: 2, state_version: 2 } });
    expect(first.headers.get("etag")).toBe(`"${first.body.etag}"`);
    await alice.patch(path, {
      context: { born: null },
      variables: { order: null },
      scenario: { scenario_id: "refund", step_id: "pay" },
      agents: { planner: { depth: null } },
    });
    const { status, body, headers } = await alice.get(path);
    expect(status).toBe(200);
    expect(body).toEqual({
      session_id: session.split("/").at(-1),
      seq: 3,
      state_version: 3,
      etag: headers.get("etag")?.slice(1, -1),
      state: {
        context: { a: 1 },
        variables: { city: { value: "Paris", updated_at: expect.stringMatching(RFC_3339) } },
        active_scenario: { scenario_id: "refund", step_id: "pay" },
        scenario_history: [
          { step: { scenario_id: "refund", step_id: "ask" }, entered_at: expect.any(String) },
          { step: { scenario_id: "refund", step_id: "pay" }, entered_at: expect.any(String) },
        ],
        rule_fires: { greet: { count: 2, last_fired_at: expect.any(String) } },
        agents: { planner: { state: { goal: "x" }, updated_at: expect.any(String) } },
      },
    });
    expect((await alice.get(session)).body).toMatchObject({
      context: { a: 1 },
      active_scenario_id: "refund",
      active_step_id: "pay",
    });
  });

  it("has the same context as the session", async () => {
    const { alice, session, path } = await newSession(target);
    await alice.patch(session, { context: { a: 1, b: 1 } });
    await alice.patch(path, { context: { b: null, c: 3 } });
    expect((await alice.get(session)).body.context).toEqual({ a: 1, c: 3 });
    await alice.patch(session, { context: { a: null } });
    expect((await alice.get(path)).body.state.context).toEqual({ c: 3 });
  });

  it("can be read as it was right after any event", async () => {
    const { alice, session, path } = await newSession(target, { context: { n: 1 } });
    for (const n of [2, 3, 4]) {
      await alice.patch(path, { context: { n }, variables: { n } });
      await alice.post(`${session}/messages`, { messages: [{ role: "user", content: `m${n}` }] });
    }
    const past = async (seq: number | string) => (await alice.get(`${path}?at_seq=${seq}`)).body;
    for (const [seq, n, stateVersion] of [
      [1, 1, 1],
      [2, 2, 2],
      [3, 2, 2],
      [4, 3, 4],
      [5, 3, 4],
      [6, 4, 6],
      [7, 4, 6],
    ] as const) {
      const { state, ...place } = await past(seq);
      expect(state.context).toEqual({ n });
      expect(state.variables.n?.value).toBe(n === 1 ? undefined : n);
      expect(place).toMatchObject({ seq, state_version: stateVersion });
      expect(place.etag === "").toBe(seq !== 7);
    }
    expect(await past(7)).toEqual((await alice.get(path)).body);
    for (const seq of [8, 0, -1, "x", 2 ** 32]) {
      expect(await past(seq)).toMatchObject({ error: "invalid_argument", code: 400 });
    }
    expect((await past(8)).details[0]).toMatchObject({
      field_violations: [{ field: "at_seq" }],
    });
  });

  it("is not sent again to whoever has it", async () => {
    const { alice, session, path } = await newSession(target);
    const { headers } = await alice.get(path);
    const etag = headers.get("etag") ?? "";
    expect((await alice.get(path, { "if-none-match": etag })).status).toBe(304);
    expect((await alice.get(`${path}?at_seq=1`, { "if-none-match": etag })).status).toBe(304);
    await alice.post(`${session}/messages`, { messages: [{ role: "user", content: "hi" }] });
    expect((await alice.get(path, { "if-none-match": etag })).status).toBe(200);
    const past = await alice.get(`${path}?at_seq=1`, { "if-none-match": etag });
    expect(past.status).toBe(200);
    expect(past.headers.get("etag")).toBeNull();
  });

  it("changes only if it is the one that was named", async () => {
    const { alice, session, path } = await newSession(target);
    const { body } = await alice.get(path);
    await alice.post(`${session}/messages`, { messages: [{ role: "user", content: "hi" }] });
    const set = (n: number, how: object, headers = {}) =>
      alice.patch(path, { variables: { n }, ...how }, headers);
    // Appends since then do not matter.
    expect((await set(1, { etag: body.etag })).status).toBe(200);
    expect(await set(2, { etag: body.etag })).toMatchObject({
      status: 409,
      body: { error: "version_conflict" },
    });
    expect(await set(2, {}, { "if-match": `"${body.etag}"` })).toMatchObject({
      status: 412,
      body: { error: "precondition_failed" },
    });
    expect((await set(3, {}, { "if-match": "*" })).status).toBe(200);
    expect((await alice.get(path)).body.state.variables.n.value).toBe(3);
  });

  it("has every one of many concurrent changes, and counts each fire once", async () => {
    const { alice, path } = await newSession(target);
    const names = Array.from({ length: 40 }, (_, n) => `v${n}`);
    const answers = await Promise.all(
      names.map((name) => alice.patch(path, { variables: { [name]: 1 }, rules_fired: ["r"] })),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    const { state, seq } = (await alice.get(path)).body;
    expect(Object.keys(state.variables).toSorted()).toEqual(names.toSorted());
    expect([seq, state.rule_fires.r.count]).toEqual([41, 40]);
  });

  it("is not changed by what changes nothing, and a retry is known all the same", async () => {
    const { alice, path } = await newSession(target);
    const set = { variables: { a: { x: 1, y: 2 } }, context: { c: 1 } };
    const first = await alice.patch(path, { ...set, request_id: "r1" });
    const again = { variables: { a: { y: 2, x: 1 }, gone: null }, context: { c: 1 } };
    for (const nothing of [again, {}, { agents: { none: {} } }, { scenario: {} }]) {
      const { body } = await alice.patch(path, nothing);
      expect(body).toEqual(first.body);
    }
    const noted = await alice.patch(path, { ...again, request_id: "r2" });
    expect(noted.body).toEqual(first.body);
    await alice.patch(path, { variables: { a: 2 } });
    // Late retries: of the one that changed something, and of the one that did not.
    expect((await alice.patch(path, { ...set, request_id: "r1" })).body).toEqual(first.body);
    expect((await alice.patch(path, { ...again, request_id: "r2" })).body).toEqual(first.body);
    expect((await alice.get(path)).body).toMatchObject({
      seq: 3,
      state: { variables: { a: { value: 2 } } },
    });
    expect(await alice.patch(path, { variables: { a: 3 }, request_id: "r2" })).toMatchObject({
      status: 409,
      body: { error: "idempotency_conflict" },
    });
  });

  it("fires a rule once however often a request is sent", async () => {
    const { alice, path } = await newSession(target);
    const fire = () => alice.patch(path, { rules_fired: ["r"] }, { "idempotency-key": "once" });
    const answers = await Promise.all(Array.from({ length: 8 }, fire));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect((await alice.get(path)).body.state.rule_fires.r.count).toBe(1);
  });

  it.each([
    [400, "variables", { variables: { "": 1 } }],
    [400, "rules_fired", { rules_fired: Array(101).fill("r") }],
    [400, "scenario.step_id", { scenario: { step_id: "1" } }],
    [413, "context", { context: { a: "x".repeat(262_144) } }],
    [413, "variables", { variables: { a: "x".repeat(262_144) } }],
    [413, "agents", { agents: { a: { b: "x".repeat(262_144) } } }],
  ])("refuses with %i and the field what cannot be: %s", async (status, field, request) => {
    const { alice, session, path } = await newSession(target);
    const answer = await alice.patch(path, request);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body.details)).toContain(`"${field}`);
    expect((await alice.get(session)).body.version).toBe(1);
  });

  it("is nothing to others, and nothing once it is deleted", async () => {
    const { alice, session, path } = await newSession(target);
    const nobody = await as(target).get(`/api/v1/sessions/${crypto.randomUUID()}/state`);
    for (const answer of [
      await as(target).get(path),
      await as(target).get(`${path}?at_seq=1`),
      await as(target).patch(path, { variables: { a: 1 } }),
    ]) {
      expect(answer.status).toBe(404);
      expect({ ...answer.body, timestamp: 0 }).toEqual({ ...nobody.body, timestamp: 0 });
    }
    await alice.delete(session);
    expect((await alice.get(`${path}?at_seq=1`)).body.error).toBe("session_not_found");
    expect((await alice.patch(path, {})).body.error).toBe("session_not_found");
  });
}
