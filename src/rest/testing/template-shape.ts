import type { PathTemplate } from "../template/path-template.ts";

/** A template without the names of its variables, such as `/v1/books/*:lend`. */
export function templateShape({ segments, verb }: PathTemplate): string {
  const shape = segments.map((segment) => {
    if (segment.kind === "literal") return encode(segment.text);
    return segment.kind === "one" ? "*" : "**";
  });
  return `/${shape.join("/")}${verb === "" ? "" : `:${encode(verb).replaceAll("%3A", ":")}`}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("*", "%2A");
}
