import { expect, it } from "vitest";
import { rest } from "../../support/rest.ts";
import { as, RFC_3339, type Target, UUID_V7 } from "./target.ts";

export function sessionsSuite(target: Target): void {
  it("is created with what the documents promise", async () => {
    const { status, body, headers } = await as(target, "carol").post("/api/v1/sessions", {
      title: "T",
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      session_id: expect.stringMatching(UUID_V7),
      title: "T",
      status: "active",
      is_active: true,
      created_by: "carol",
      user_id: "carol",
      created_at: expect.stringMatching(RFC_3339),
      updated_at: expect.stringMatching(RFC_3339),
      expires_at: expect.stringMatching(RFC_3339),
      version: 1,
      state_version: 1,
      message_count: 0,
      agent_id: null,
      context: null,
      labels: {},
    });
    const month = 30 * 86_400_000;
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(month);
    expect(body.updated_at).toBe(body.created_at);
    expect(headers.get("etag")).toBe(`"${body.etag}"`);
  });

  it("is created once under its own id, and never another's", async () => {
    const [alice, bob] = [as(target), as(target)];
    const session_id = `own:${crypto.randomUUID()}`;
    const first = await alice.post("/api/v1/sessions", { session_id, title: "one" });
    expect(first).toMatchObject({ status: 201, body: { session_id } });
    const again = await alice.post("/api/v1/sessions", { session_id, title: "two" });
    expect(again).toMatchObject({ status: 200, body: { session_id, title: "one" } });
    const other = await bob.post("/api/v1/sessions", { session_id });
    expect(other).toMatchObject({
      status: 201,
      body: { session_id: expect.stringMatching(UUID_V7) },
    });
  });

  it("is found by its external_id, by its owner only, whoever has that as an id", async () => {
    const [alice, bob] = [as(target), as(target)];
    const name = `ext-${crypto.randomUUID()}`;
    await bob.post("/api/v1/sessions", { session_id: name });
    const { body } = await alice.post("/api/v1/sessions", { external_id: name });
    expect((await alice.get(`/api/v1/sessions/${name}`)).body.session_id).toBe(body.session_id);
    expect((await bob.get(`/api/v1/sessions/${name}`)).body.session_id).toBe(name);
    expect((await as(target).get(`/api/v1/sessions/${name}`)).status).toBe(404);
    expect(await alice.post("/api/v1/sessions", { external_id: name })).toMatchObject({
      status: 409,
      body: { error: "session_exists" },
    });
  });

  it("says the same to strangers as about what never was", async () => {
    const { body } = await as(target, "dora").post("/api/v1/sessions", { title: "secret" });
    const path = `/api/v1/sessions/${body.session_id}`;
    const nobody = await as(target).get(`/api/v1/sessions/${crypto.randomUUID()}`);
    const stranger = await as(target).get(path);
    const tenant = await rest(target.url, { "x-user-id": "dora", "x-tenant-id": "other" }).get(
      path,
    );
    expect(nobody).toMatchObject({
      status: 404,
      body: { error: "session_not_found", code: 404, message: expect.any(String) },
    });
    for (const answer of [stranger, tenant]) {
      expect({ ...answer.body, timestamp: 0 }).toEqual({ ...nobody.body, timestamp: 0 });
      expect(answer.status).toBe(404);
    }
    for (const [verb, sub] of [
      ["PATCH", ""],
      ["DELETE", ""],
      ["POST", "/restore"],
      ["POST", "/messages"],
      ["GET", "/messages"],
      ["GET", "/turns"],
      ["GET", "/events"],
      ["GET", "/log"],
      ["GET", "/watch"],
    ] as const) {
      const payload =
        sub === "/messages" && verb === "POST"
          ? { messages: [{ role: "user", content: "x" }] }
          : {};
      const answer = await as(target).send(
        verb,
        path + sub,
        verb === "GET" || verb === "DELETE" ? undefined : payload,
      );
      expect([verb, sub, answer.status, answer.body.error]).toEqual([
        verb,
        sub,
        404,
        "session_not_found",
      ]);
    }
    expect((await as(target).get(`${path}/exists`)).body).toEqual({ exists: false });
  });

  it("is renamed, with the document's rule for titles", async () => {
    const alice = as(target);
    const { body } = await alice.post("/api/v1/sessions", { title: "T" });
    const path = `/api/v1/sessions/${body.session_id}`;
    expect((await alice.patch(path, { title: "  Q3\u200b " })).body.title).toBe("Q3");
    for (const title of ["", "  ", "\u0001", "x".repeat(61)]) {
      expect(await alice.patch(path, { title })).toMatchObject({
        status: 400,
        body: { error: "invalid_argument", code: 400 },
      });
      expect((await alice.patch("/api/v1/sessions/unknown-one", { title })).status).toBe(400);
    }
    expect((await alice.get(path)).body.title).toBe("Q3");
  });

  it("takes back what it said: output-only fields are ignored, unknown ones refused", async () => {
    const alice = as(target);
    const { body } = await alice.post("/api/v1/sessions", {
      title: "T",
      context: { a: 1, b: 2 },
    });
    const path = `/api/v1/sessions/${body.session_id}`;
    const { etag, ...said } = body;
    const patched = await alice.patch(path, {
      ...said,
      context: { b: null },
      created_by: "mallory",
    });
    expect(patched).toMatchObject({
      status: 200,
      body: { context: { a: 1 }, created_by: body.user_id },
    });
    expect(await alice.patch(path, { titel: "x" })).toMatchObject({
      status: 400,
      body: { error: "invalid_argument", message: expect.stringContaining("titel") },
    });
    expect(etag).not.toBe(patched.body.etag);
  });

  it("is changed only in the state that the caller names", async () => {
    const alice = as(target);
    const { body } = await alice.post("/api/v1/sessions", { title: "one" });
    const path = `/api/v1/sessions/${body.session_id}`;
    await alice.post(`${path}/messages`, { messages: [{ role: "user", content: "x" }] });
    const changed = await alice.patch(path, { title: "two" }, { "if-match": `"${body.etag}"` });
    expect(changed).toMatchObject({ status: 200, body: { title: "two" } });
    expect(
      await alice.patch(path, { title: "three" }, { "if-match": `"${body.etag}"` }),
    ).toMatchObject({ status: 412, body: { error: "precondition_failed" } });
    expect(await alice.patch(path, { title: "three", etag: body.etag })).toMatchObject({
      status: 409,
      body: { error: "version_conflict" },
    });
  });

  it("takes every one of many updates at once", async () => {
    const alice = as(target);
    const { body } = await alice.post("/api/v1/sessions", {});
    const path = `/api/v1/sessions/${body.session_id}`;
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    const answers = await Promise.all(
      keys.map((key) => alice.patch(path, { context: { [key]: true } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    const { context, version } = (await alice.get(path)).body;
    expect(Object.keys(context).toSorted()).toEqual(keys.toSorted());
    expect(version).toBe(41);
  });

  it("refuses JSON that is too deep to be read again, and takes what is not", async () => {
    const alice = as(target);
    const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
    expect(await alice.post("/api/v1/sessions", { context: nested(41) })).toMatchObject({
      status: 400,
      body: { error: "invalid_argument", message: expect.stringContaining("context") },
    });
    const { body } = await alice.post("/api/v1/sessions", { context: nested(40) });
    const path = `/api/v1/sessions/${body.session_id}`;
    for (const sub of ["", "?consistency=strong", "/log"]) {
      expect((await alice.get(path + sub)).status).toBe(200);
    }
    for (const message of [
      { metadata: nested(41) },
      { parts: [{ data: nested(41) }] },
      { parts: [{ tool_call: { name: "t", input: nested(41) } }] },
      { parts: [{ tool_result: { output: nested(41) } }] },
    ]) {
      const messages = [{ role: "user", content: "x", ...message }];
      expect((await alice.post(`${path}/messages`, { messages })).status).toBe(400);
    }
    const messages = [{ role: "user", parts: [{ data: nested(40) }], metadata: nested(40) }];
    expect((await alice.post(`${path}/messages`, { messages })).status).toBe(201);
    expect((await alice.get(`${path}/messages?consistency=strong`)).body.messages).toHaveLength(1);
  });

  it("is deleted, stays deleted, and comes back as it was", async () => {
    const alice = as(target);
    const { body } = await alice.post("/api/v1/sessions", { title: "T" });
    const path = `/api/v1/sessions/${body.session_id}`;
    await alice.post(`${path}/messages`, { messages: [{ role: "user", content: "hi" }] });
    expect((await alice.delete(path)).status).toBe(204);
    expect((await alice.delete(path)).status).toBe(204);
    for (const sub of ["", "/messages", "/turns", "/events", "/log"]) {
      expect(await alice.get(path + sub)).toMatchObject({
        status: 404,
        body: { error: "session_not_found", code: 404 },
      });
    }
    expect((await alice.get("/api/v1/sessions")).body.total_count).toBe(0);
    const back = await alice.post(`${path}/restore`);
    expect(back).toMatchObject({ status: 200, body: { title: "T", message_count: 1 } });
    expect((await alice.post(`${path}/restore`)).status).toBe(200);
    expect((await alice.get(`${path}/messages`)).body.messages[0].content).toBe("hi");
  });

  it("leaves its id to its owner, who then cannot have both", async () => {
    const [alice, bob] = [as(target), as(target)];
    const session_id = `again-${crypto.randomUUID()}`;
    const path = `/api/v1/sessions/${session_id}`;
    await alice.post("/api/v1/sessions", { session_id, title: "old" });
    await alice.delete(path);
    expect((await bob.post("/api/v1/sessions", { session_id })).body.session_id).not.toBe(
      session_id,
    );
    expect(await alice.post("/api/v1/sessions", { session_id, title: "new" })).toMatchObject({
      status: 201,
      body: { session_id, version: 1 },
    });
    expect((await alice.get(path)).body.title).toBe("new");
    expect(await alice.post(`${path}/restore`)).toMatchObject({
      status: 409,
      body: { error: "session_exists" },
    });
  });

  it("expires for its owner, and is nothing to others", async () => {
    const alice = as(target);
    const session_id = `brief-${crypto.randomUUID()}`;
    const { body } = await alice.post("/api/v1/sessions", { session_id, ttl: "1s" });
    const path = `/api/v1/sessions/${body.session_id}`;
    await expect
      .poll(async () => (await alice.get(path)).body.error, { timeout: 5000 })
      .toBe("session_expired");
    expect((await as(target).get(path)).body.error).toBe("session_not_found");
    expect((await alice.get("/api/v1/sessions")).body.sessions).toEqual([]);
    expect((await alice.get(`${path}/exists`)).body).toEqual({ exists: false });
    expect(await alice.post("/api/v1/sessions", { session_id })).toMatchObject({
      status: 409,
      body: { error: "session_exists" },
    });
    expect((await alice.delete(path)).status).toBe(204);
    expect((await alice.post("/api/v1/sessions", { session_id })).status).toBe(201);
  });
}
