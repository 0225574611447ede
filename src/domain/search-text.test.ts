import { describe, expect, it } from "vitest";
import { excerptsOf, soughtWords } from "./search-text.ts";

describe("sought words", () => {
  it.each([
    ["Fox BROWN", ["fox", "brown"]],
    ['"quick fox" or hen', ["quick", "fox", "or", "hen"]],
    ["fox -hen", ["fox"]],
    ['fox -"red hen" owl', ["fox", "owl"]],
    ["well-known", ["well", "known"]],
    ["- ' !", []],
    ["Ünïcode 日本", ["ünïcode", "日本"]],
  ])("of %j", (query, words) => expect([...soughtWords(query)]).toEqual(words));
});

describe("excerpts", () => {
  const marked = (text: string, query: string) =>
    excerptsOf(text, soughtWords(query)).map((excerpt) =>
      excerpt.matches.map(({ start, end }) => excerpt.text.slice(start, end)),
    );

  it("mark every sought word, whatever its case", () => {
    expect(marked("A fox, a FOX and foxes", "fox")).toEqual([["fox", "FOX"]]);
  });

  it("are at most three, of about 160 units, and do not overlap", () => {
    const text = `${"x ".repeat(200)}fox `.repeat(6);
    const excerpts = excerptsOf(text, soughtWords("fox"));
    expect(excerpts).toHaveLength(3);
    for (const { text: excerpt } of excerpts) expect(excerpt.length).toBeLessThanOrEqual(161);
    expect(marked(text, "fox")).toEqual([["fox"], ["fox"], ["fox"]]);
  });

  it("break no character", () => {
    for (let shift = 0; shift < 8; shift++) {
      const text = `${"🦊".repeat(30)}${"a".repeat(shift)} fox ${"🦊".repeat(100)}`;
      const [excerpt] = excerptsOf(text, soughtWords("fox"));
      expect(excerpt!.text.isWellFormed()).toBe(true);
      expect(marked(text, "fox")).toEqual([["fox"]]);
    }
  });

  it("are none where no word is found", () => {
    expect(excerptsOf("plain", soughtWords("fox"))).toEqual([]);
    expect(excerptsOf("", soughtWords("fox"))).toEqual([]);
  });
});
