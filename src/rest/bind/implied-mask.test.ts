import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BodyService, openBodyService } from "../testing/body-service.ts";

let service: BodyService;
beforeAll(async () => {
  service = await openBodyService({}, { ignoreUnknownFields: true });
});
afterAll(() => service.close());

async function mask(path: string, body: unknown, headers = {}, method = "PATCH") {
  const form = body instanceof URLSearchParams || body instanceof FormData;
  const response = await fetch(service.base + path, {
    method,
    body: form ? body : JSON.stringify(body),
    headers: form ? headers : { "content-type": "application/json", ...headers },
  });
  expect(response.status).toBe(200);
  return (service.input.updateMask as { paths: string[] } | undefined)?.paths;
}

describe("a PATCH implies a mask", () => {
  const cases: [string, object, string[] | undefined][] = [
    ["fields", { title: "t", tags: [] }, ["title", "tags"]],
    ["both names", { dueOn: "2026-01-01T00:00:00Z" }, ["due_on"]],
    ["leaves of messages", { owner: { name: "n", age: 0 } }, ["owner.name", "owner.age"]],
    ["deeper ones", { note: { note: { title: "" } } }, ["note.note.title"]],
    ["an empty message", { owner: {} }, ["owner"]],
    ["null", { title: null, owner: null }, ["title", "owner"]],
    ["null inside", { owner: { name: null } }, ["owner.name"]],
    ["documents as a whole", { extra: { a: { b: 1 } } }, ["extra"]],
    ["maps as a whole", { labels: { a: "b" } }, ["labels"]],
    ["nothing that only the server sets", { title: "t", made_at: "x" }, ["title"]],
    ["nothing of a message that holds only that", { owner: { since: "x" }, title: "t" }, ["title"]],
    ["nothing unknown", { what: 1, title: "t" }, ["title"]],
    ["none at all", {}, undefined],
  ];
  test.each(cases)("of %s", async (_name, body, paths) => {
    expect(await mask("/notes/7", body)).toEqual(paths);
  });

  test("from the request, where the body is all of it but path and headers", async () => {
    const body = { id: "8", note: { title: "t" }, count: 0, if_match: "x", update_mask: null };
    expect(await mask("/all/7", body)).toEqual(["note.title", "count"]);
    expect(service.input).toMatchObject({ id: "7", note: { title: "t" }, ifMatch: "x" });
  });

  test("of a form, and of one in parts", async () => {
    const form = new URLSearchParams([
      ["title", "t"],
      ["tags", "1"],
      ["tags", "2"],
      ["owner.age", "3"],
    ]);
    expect(await mask("/notes/7", form)).toEqual(["title", "tags", "owner.age"]);
    const parts = new FormData();
    parts.append("note.data", new Blob(["x"]), "x");
    parts.append("update_mask", "");
    expect(await mask("/all/7", parts)).toEqual([]);
    parts.delete("update_mask");
    expect(await mask("/all/7", parts)).toEqual(["note.data"]);
  });
});

describe("no mask is implied", () => {
  const note = { title: "t" };
  test("beside an explicit one", async () => {
    expect(await mask("/notes/7?update_mask=tags", note)).toEqual(["tags"]);
    expect(await mask("/notes/7?update_mask=", note)).toEqual([]);
    expect(await mask("/all/7", { note, update_mask: "note.tags" })).toEqual(["note.tags"]);
    expect(await mask("/all/7", { note, update_mask: "" })).toEqual([]);
  });

  test("by other methods, without a body, and where the method says so", async () => {
    expect(await mask("/notes", { note }, {}, "POST")).toBeUndefined();
    expect(await mask("/as-sent/7", { note })).toBeUndefined();
    await fetch(`${service.base}/notes/7`, { method: "PATCH" });
    expect(service.input.updateMask).toBeUndefined();
  });

  test("where there are two", async () => {
    await mask("/masks", note);
    expect([service.input.one, service.input.two]).toEqual([undefined, undefined]);
  });
});
