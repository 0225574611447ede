import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BodyService, openBodyService } from "../testing/body-service.ts";

let service: BodyService;
beforeAll(async () => {
  service = await openBodyService({}, { readMaxBytes: 200_000 });
});
afterAll(() => service.close());
beforeEach(() => {
  service.inputs.length = 0;
});

type Entry = [name: string, value: string | Blob, filename?: string];

function form(...entries: Entry[]): FormData {
  const data = new FormData();
  for (const [name, value, filename] of entries) {
    if (typeof value === "string") data.append(name, value);
    else data.append(name, value, filename);
  }
  return data;
}

/** Parts by hand, for heads that no browser writes. */
function raw(...parts: [head: string, data: string][]): [string, string] {
  const body = parts.map(
    ([head, data]) => `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${data}\r\n`,
  );
  return [`${body.join("")}--x--\r\n`, "multipart/form-data; boundary=x"];
}

async function send(path: string, body: FormData | [string, string]): Promise<[number, string]> {
  const init: RequestInit = Array.isArray(body)
    ? { body: body[0], headers: { "content-type": body[1] } }
    : { body };
  const response = await fetch(service.base + path, { method: "POST", ...init });
  const answer = (await response.json()) as { message?: string };
  return [response.status, answer.message ?? ""];
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const png = (...values: number[]) => new Blob([bytes(...values)], { type: "image/png" });

describe("parts fill", () => {
  test("Upload, bytes, HttpBody and lists of them, as they are", async () => {
    const status = await send(
      "/attach/7",
      form(
        ["file", png(0, 255, 13, 10), "a.png"],
        ["files", png(1), "b.png"],
        ["files", new Blob(["c"]), "c"],
        ["data", png(2), "d"],
        ["blobs", png(3), "e"],
        ["blobs", "plain"],
        ["content", png(4), "f.png"],
        ["caption", "hé"],
        ["count", "5"],
        ["tags", "x"],
        ["tags", "y"],
        ["note.owner.name", "Ann"],
      ),
    );
    expect(status).toEqual([200, ""]);
    expect(service.input).toMatchObject({
      id: "7",
      file: { filename: "a.png", contentType: "image/png", data: bytes(0, 255, 13, 10) },
      files: [
        { filename: "b.png", contentType: "image/png", data: bytes(1) },
        { filename: "c", contentType: "application/octet-stream", data: Buffer.from("c") },
      ].map((file) => ({ ...file, data: new Uint8Array(file.data) })),
      data: bytes(2),
      blobs: [bytes(3), new TextEncoder().encode("plain")],
      content: { contentType: "image/png", data: bytes(4) },
      caption: "hé",
      count: 5,
      tags: ["x", "y"],
      note: { owner: { name: "Ann" } },
    });
  });

  test("large files too, as plain bytes", async () => {
    const large = new Uint8Array(150_000).fill(7);
    expect((await send("/attach/7", form(["data", new Blob([large]), "x"])))[0]).toBe(200);
    expect(service.input.data).toEqual(large);
    expect(Object.getPrototypeOf(service.input.data)).toBe(Uint8Array.prototype);
  });

  test("the type that the part says, with its parameters, or text", async () => {
    const typed = 'name="file"; filename="a"\r\nContent-Type: text/CSV; charset=latin1';
    await send("/attach/7", raw([typed, "x"], ['name="content"', "y"]));
    expect(service.input).toMatchObject({
      file: { contentType: "text/CSV; charset=latin1" },
      content: { contentType: "text/plain" },
    });
  });

  test.each([
    ["/attach/7/file", ["file"], { file: { filename: "a", data: bytes(1) } }],
    ["/attach/7/files", ["files", "files"], { files: [{ filename: "a" }, { filename: "a" }] }],
    ["/attach/7/data", ["data"], { data: bytes(1) }],
  ] as const)("the body's own field: %s", async (path, names, expected) => {
    const entries = names.map((name): Entry => [name, png(1), "a"]);
    expect(await send(path, form(...entries))).toEqual([200, ""]);
    expect(service.input).toMatchObject({ id: "7", ...expected });
  });

  test("messages and lists where they say they are JSON", async () => {
    const json = "\r\nContent-Type: application/json";
    const status = await send(
      "/attach/7",
      raw(
        [`name="note"${json}`, '{"title":"t","extra":{"a":[1]}}'],
        [`name="notes"${json}`, '[{"title":"1"},{"title":"2"}]'],
        [`name="notes"${json}`, '{"title":"3"}'],
        [`name="count"${json}; charset=UTF-8`, "4"],
      ),
    );
    expect(status).toEqual([200, ""]);
    expect(service.input).toMatchObject({
      note: { title: "t", extra: { a: [1] } },
      notes: [{ title: "1" }, { title: "2" }, { title: "3" }],
      count: 4,
    });
  });

  test("nothing, for a file input that was not used", async () => {
    const unused = 'name="file"; filename=""\r\nContent-Type: application/octet-stream';
    expect(await send("/attach/7", raw([unused, ""]))).toEqual([200, ""]);
    expect(service.input.file).toBeUndefined();
  });

  test("nothing that the path fills or only the server sets", async () => {
    expect(await send("/attach/7", form(["id", "8"], ["note.made_at", "x"]))).toEqual([200, ""]);
    expect(service.input).toMatchObject({ id: "7" });
    expect(service.input.note).toBeUndefined();
  });
});

describe("parts are refused", () => {
  const json = "\r\nContent-Type: application/json";
  const cases: [string, string, FormData | [string, string], string][] = [
    ["unknown", "/attach/7", form(["what", "1"]), "what is not a field here"],
    ["a file's own field", "/attach/7", form(["file.filename", "1"]), "file.filename is not a"],
    [
      "a file twice",
      "/attach/7",
      form(["file", png(1), "a"], ["file", png(1), "a"]),
      "file is given twice",
    ],
    ["another field", "/attach/7/file", form(["files", png(1), "a"]), "files is not a field"],
    ["file for a text", "/attach/7", form(["caption", png(1), "a"]), "caption takes no file"],
    ["file for a list", "/attach/7", form(["tags", png(1), "a"]), "tags takes no file"],
    ["no number", "/attach/7", form(["count", "x"]), "count must be an integer"],
    ["text for a message", "/attach/7", form(["note", "x"]), "note cannot be given as text"],
    [
      "whole and part",
      "/attach/7",
      raw(['name="note.title"', "x"], [`name="note"${json}`, "{}"]),
      "note is given twice",
    ],
    [
      "part and whole",
      "/attach/7",
      raw([`name="note"${json}`, "{}"], ['name="note.title"', "x"]),
      "note.title is given twice",
    ],
    [
      "two of a oneof",
      "/attach/7",
      form(["first", png(1), "a"], ["second", "x"]),
      "second excludes first",
    ],
    ["bad JSON", "/attach/7", raw([`name="note"${json}`, "{"]), "note is not valid JSON"],
    [
      "JSON of the wrong type",
      "/attach/7",
      raw([`name="note.owner"${json}`, '{"age":"x"}']),
      "note.owner.age must be an integer",
    ],
    [
      "unknown member",
      "/attach/7",
      raw([`name="notes"${json}`, '{"x":1}']),
      "notes[0].x is not a field",
    ],
    [
      "another charset",
      "/attach/7",
      raw(['name="caption"\r\nContent-Type: text/plain; charset=latin1', "x"]),
      "caption must be text in UTF-8",
    ],
    [
      "broken",
      "/attach/7",
      ["--x\r\n", "multipart/form-data; boundary=x"],
      "body is not valid multipart/form-data",
    ],
    ["without a name", "/attach/7", raw(["filename=a", "x"]), "part 1 has no name"],
  ];
  test.each(cases)("%s", async (_name, path, body, message) => {
    expect(await send(path, body)).toEqual([400, expect.stringContaining(message)]);
    expect(service.inputs).toHaveLength(0);
  });

  test("text that is no UTF-8", async () => {
    const body = Buffer.concat([
      Buffer.from('--x\r\nContent-Disposition: form-data; name="caption"\r\n\r\n'),
      Buffer.from([0xff]),
      Buffer.from("\r\n--x--"),
    ]);
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const response = await fetch(`${service.base}/attach/7`, { method: "POST", body, headers });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining("caption must be text in UTF-8"),
    ]);
  });

  test("more than 1000 of them, and more than the body may have", async () => {
    const many = (count: number) =>
      form(...Array.from({ length: count }, (): Entry => ["tags", ""]));
    expect((await send("/attach/7", many(1000)))[0]).toBe(200);
    expect(await send("/attach/7", many(1001))).toEqual([413, expect.stringContaining("1000")]);
    const large = new Blob([new Uint8Array(200_001)]);
    expect((await send("/attach/7", form(["data", large, "a"])))[0]).toBe(413);
  });

  test.each([
    ["no boundary", "/attach/7", "multipart/form-data"],
    ["another multipart", "/attach/7", "multipart/mixed; boundary=x"],
    ["a body that is one number", "/notes/7/count", "multipart/form-data; boundary=x"],
  ])("415: %s", async (_name, path, type) => {
    expect((await send(path, [raw(['name="caption"', "x"])[0], type]))[0]).toBe(415);
  });
});
