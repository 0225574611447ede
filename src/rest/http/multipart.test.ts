import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Invalid } from "../codec/violation.ts";
import { type Part, parseMultipart } from "./multipart.ts";

function parse(text: string | Buffer, maxParts = 10) {
  return parseMultipart(Buffer.from(text as string), "b", maxParts);
}

function parts(text: string | Buffer): [string, string | undefined, string | undefined, string][] {
  const result = parse(text);
  if (!Array.isArray(result)) throw new Error(String((result as Invalid).description ?? result));
  return result.map((part: Part) => [
    part.name,
    part.filename,
    part.contentType,
    part.data.toString(),
  ]);
}

const part = (head: string, data: string) => `--b\r\n${head}\r\n\r\n${data}\r\n`;
const field = (name: string, data: string) =>
  part(`Content-Disposition: form-data; name="${name}"`, data);
const file = (parameters: string) => part(`Content-Disposition: form-data; ${parameters}`, "");

describe("parseMultipart takes", () => {
  test("fields and files, in their order", () => {
    const head =
      'content-disposition: Form-Data; name=f; filename="a.txt"\r\nContent-Type: text/x; y=z';
    expect(
      parts(`${field("a", "1")}${part(head, "x\r\n--\r\ny")}${field("a", "2")}--b--\r\n`),
    ).toEqual([
      ["a", undefined, undefined, "1"],
      ["f", "a.txt", "text/x; y=z", "x\r\n--\r\ny"],
      ["a", undefined, undefined, "2"],
    ]);
  });

  test("no parts, a preamble, an epilogue, spaces after a delimiter", () => {
    expect(parts("--b--")).toEqual([]);
    expect(parts("before\r\n--b--after")).toEqual([]);
    expect(parts(`hm\r\n${field("a", "1").replace("--b", "--b \t")}--b--\r\nignored`)).toEqual([
      ["a", undefined, undefined, "1"],
    ]);
  });

  test("empty data, and a part that ends with its head", () => {
    const head = 'Content-Disposition: form-data; name="a"';
    expect(parts(`${field("a", "")}--b--`)).toEqual([["a", undefined, undefined, ""]]);
    expect(parts(`--b\r\n${head}\r\n\r\n--b--`)).toEqual([["a", undefined, undefined, ""]]);
  });

  test("bytes that are no text", () => {
    const data = Buffer.from([0, 255, 13, 10, 45, 45, 98 + 1, 13, 10, 13]);
    const body = Buffer.concat([
      Buffer.from('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
      data,
      Buffer.from("\r\n--b--\r\n"),
    ]);
    expect((parse(body) as Part[])[0]?.data).toEqual(data);
  });

  test.each([
    ['name="a"; filename="C:\\dir\\n.txt"', "n.txt"],
    ['name="a"; filename="../../etc/passwd"', "passwd"],
    ['name="a"; filename="say %22hi%22 100%"', 'say "hi" 100%'],
    ['name="a"; filename="say \\"hi\\""', 'say "hi"'],
    ['name="a"; filename="naïve 日.txt"', "naïve 日.txt"],
    ['name="a"; filename=""', ""],
    ['name="a"; filename="x"; filename*=UTF-8\'\'na%C3%AFve', "naïve"],
    ["name=\"a\"; filename*=utf-8'en'..%2Fup", "up"],
  ])("%s", (parameters, filename) => {
    expect(parts(`${file(parameters)}--b--`)[0]?.[1]).toBe(filename);
  });

  test("names with quotes and line breaks, as browsers write them", () => {
    expect(parts(`${field("a%22%0D%0A%41", "")}--b--`)[0]?.[0]).toBe('a"\r\n%41');
  });

  test("any parts that were written as browsers do", () => {
    const data = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    // Backslashes and escapes read as text by some writers mean something to others.
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
      .map((text) => text.replaceAll(/[\\%]/g, "_"));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, data), { maxLength: 8 }), (entries) => {
        const boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW";
        const chunks = entries.flatMap(([key, bytes]) => [
          Buffer.from(
            `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(key)}"\r\n\r\n`,
          ),
          bytes,
          Buffer.from("\r\n"),
        ]);
        const body = Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]);
        const read = parseMultipart(body, boundary, 8) as Part[];
        expect(read.map((one) => [one.name, one.data])).toEqual(entries);
      }),
      { numRuns: 200 },
    );
  });
});

/** What HTML says of names in forms. */
function escapeName(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}

describe("parseMultipart refuses", () => {
  test.each([
    ["", "part 1 breaks off"],
    ["nothing of it", "part 1 breaks off"],
    ["--b", "part 1 breaks off"],
    ["--c--", "part 1 breaks off"],
    [field("a", "1"), "part 1 breaks off"],
    [`${field("a", "1")}--b`, "part 2 breaks off"],
    [`${field("a", "1")}--b-`, "part 2 breaks off"],
    ['--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx', "part 1 breaks off"],
    ['--b\r\nContent-Disposition: form-data; name="a"\r\n', "part 1 breaks off"],
    [`${field("a", "1").replace("--b\r\n", "--bc\r\n")}--b--`, "part 1 breaks off"],
    [`${field("a", "1").replaceAll("\r\n", "\n")}--b--`, "part 1 breaks off"],
    [`${part("X: y", "1")}--b--`, "part 1 has no name"],
    [`${part("Content-Disposition: form-data", "1")}--b--`, "part 1 has no name"],
    [`${part('Content-Disposition: attachment; name="a"', "1")}--b--`, "part 1 has no name"],
    [`${part('Content-Disposition: form-data; name="a"; name="b"', "1")}--b--`, "has no name"],
    [`--b\r\n\r\n1\r\n--b--`, "part 1 "],
    [`${part('Content-Disposition: form-data;\r\n name="a"', "1")}--b--`, "cannot be read"],
    [`${part('Content-Disposition : form-data; name="a"', "1")}--b--`, "cannot be read"],
    [`${part("X: y\r\nx: y", "1")}--b--`, "head that cannot be read"],
    [`${part("X: a\0b", "1")}--b--`, "head that cannot be read"],
    [`${file("name=a; filename*=latin1''x")}--b--`, "name that cannot be read"],
    [`${file("name=a; filename*=UTF-8''%ff")}--b--`, "name that cannot be read"],
    [
      `${part('Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64', "1")}--b--`,
      "has a Content-Transfer-Encoding",
    ],
  ])("%j", (text, why) => {
    const result = parse(text);
    expect(result).toBeInstanceOf(Invalid);
    expect((result as Invalid).description).toContain(why);
  });

  test("a head that is too long", () => {
    const text = `${part(`X: ${"y".repeat(9000)}`, "1")}--b--`;
    expect(parse(text)).toMatchObject({ description: expect.stringContaining("too long a head") });
  });

  test("a head that is not UTF-8", () => {
    const body = Buffer.from(`${field("é", "1")}--b--`, "latin1");
    expect(parse(body)).toMatchObject({ description: expect.stringContaining("not UTF-8") });
  });

  test("too many parts", () => {
    const body = `${field("a", "1").repeat(11)}--b--`;
    expect(parse(body)).toBe("too_many");
    expect(parse(body, 11)).toHaveLength(11);
  });

  test("whatever it gets, it gives an answer", () => {
    const pieces = [
      "--b",
      "--",
      "\r\n",
      "\r\n\r\n",
      "Content-Disposition: form-data; name=a",
      "x",
      ":",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (list) => {
        const result = parse(list.join(""));
        expect(Array.isArray(result) || result instanceof Invalid || result === "too_many").toBe(
          true,
        );
      }),
      { numRuns: 2000 },
    );
  });
});
