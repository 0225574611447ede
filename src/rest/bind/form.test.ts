import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BodyService, openBodyService } from "../testing/body-service.ts";

let service: BodyService;
let lenient: BodyService;
let closed: BodyService;
beforeAll(async () => {
  service = await openBodyService({}, { readMaxBytes: 20_000 });
  lenient = await openBodyService({}, { ignoreUnknownFields: true });
  closed = await openBodyService({}, { forms: false });
});
afterAll(() => {
  for (const each of [service, lenient, closed]) each.close();
});
beforeEach(() => {
  service.inputs.length = 0;
});

const form = (body: string, method = "POST"): RequestInit => ({
  method,
  body,
  headers: { "content-type": "application/x-www-form-urlencoded" },
});

async function problem(path: string, body: string): Promise<[number, string]> {
  const response = await fetch(service.base + path, form(body));
  const error = (await response.json()) as { message: string };
  expect(service.inputs).toHaveLength(0);
  return [response.status, error.message];
}

describe("a form fills", () => {
  const cases: [string, string, string, object][] = [
    ["scalars", "/notes", "id=a+b&count=-3", { id: "a b", count: -3 }],
    [
      "both names",
      "/notes",
      "ifMatch=x&note.madeAt=y&note.dueOn=2026-01-02T03:04:05Z",
      {
        ifMatch: "x",
        note: { madeAt: "", dueOn: { seconds: 1767323045n } },
      },
    ],
    [
      "nested fields and lists",
      "/notes",
      "note.owner.name=An%26n&note.tags=1&note.tags=%32",
      {
        note: { owner: { name: "An&n" }, tags: ["1", "2"] },
      },
    ],
    [
      "masks and base64",
      "/notes",
      "update_mask=a,bC&note.data=AQI",
      {
        updateMask: { paths: ["a", "b_c"] },
        note: { data: Uint8Array.of(1, 2) },
      },
    ],
    [
      "below the body's field",
      "/notes/7/note",
      "title=t&owner.age=3",
      {
        id: "7",
        note: { title: "t", owner: { age: 3 } },
      },
    ],
    ["nothing", "/notes", "&&", { id: "" }],
  ];
  test.each(cases)("%s", async (_name, path, body, expected) => {
    const response = await fetch(service.base + path, form(body));
    expect([response.status, service.input]).toEqual([200, expect.objectContaining({})]);
    expect(service.input).toMatchObject(expected);
  });

  test("but not what the path fills, nor what only the server sets", async () => {
    await fetch(`${service.base}/all/7`, form("id=8&note.made_at=now&count=1", "PATCH"));
    expect(service.input).toMatchObject({ id: "7", count: 1 });
    expect(service.input.note).toBeUndefined();
  });

  test("what is known, where the rest is ignored", async () => {
    const response = await fetch(`${lenient.base}/notes`, form("count=1&what=2&note.x=3"));
    expect([response.status, lenient.input]).toMatchObject([200, { count: 1 }]);
  });
});

describe("a form is refused", () => {
  test.each([
    ["/notes", "what=1", "what is not a field here"],
    ["/notes", "__proto__=1", "__proto__ is not a field here"],
    ["/notes/7/note", "id=1", "note.id is not a field here"],
    ["/notes", "note=1", "note cannot be given as text"],
    ["/notes", "notes=1", "notes cannot be given as text"],
    ["/notes", "notes.title=1", "notes.title is not a field here"],
    ["/notes", "note.labels=1", "note.labels cannot be given as text"],
    ["/notes", "note.extra=1", "note.extra cannot be given as text"],
    ["/notes", "count=1&count=1", "count is given twice"],
    ["/notes", "note.title=1&note.title=2", "note.title is given twice"],
    ["/notes", "count=x&note.owner.age=1.5", "count must be an integer; note.owner.age must be"],
    ["/notes", "id=%ff", "id is not percent-encoded UTF-8"],
    ["/notes", "%zz=1", "%zz=1 is not percent-encoded"],
    ["/attach/1", "first=1", "first cannot be given as text"],
    ["/attach/1", "first.filename=a&second=b", "first.filename is not a field here"],
    ["/notes", `${"note.".repeat(120)}title=1`, "is not a field here"],
  ])("%s %s", async (path, body, message) => {
    expect(await problem(path, body)).toEqual([400, expect.stringContaining(message)]);
  });

  test("when it has more than 1000 fields", async () => {
    const many = (count: number) => "note.tags=1&".repeat(count);
    expect((await fetch(`${service.base}/notes`, form(many(1000)))).status).toBe(200);
    service.inputs.length = 0;
    expect(await problem("/notes", many(1001))).toEqual([413, expect.stringContaining("1000")]);
  });

  test("when it is too large", async () => {
    expect((await problem("/notes", `id=${"x".repeat(20_000)}`))[0]).toBe(413);
  });

  test.each([
    ["/notes/1/count", "count=1"],
    ["/attach/1/file", "file.filename=1"],
  ])("where the body is no message: %s", async (path, body) => {
    expect((await problem(path, body))[0]).toBe(415);
  });

  test("where forms are turned off", async () => {
    const response = await fetch(`${closed.base}/notes`, form("count=1"));
    expect(response.status).toBe(415);
    expect(response.headers.get("accept-post")).toBe("application/json");
  });
});
