import { expect, test } from "vitest";
import { parseTarget } from "../route/request-target.ts";
import { captureVariable } from "./capture.ts";
import { parseTemplate } from "./parse-template.ts";

const cases: [template: string, path: string, captured: string[]][] = [
  ["/v/{a}", "/v/x%2Fy%20z%25", ["x/y z%"]],
  ["/v/{a}", "/v/a+b", ["a+b"]],
  ["/v/{a=x/*}", "/v/x/y", ["x/y"]],
  ["/v/{a=x/*}", "/v/x/y%2Fz%20%41", ["x/y%2Fz A"]],
  ["/v/{a=**}", "/v/x/y/z", ["x/y/z"]],
  ["/v/{a=**}", "/v", [""]],
  ["/v/{a=**}", "/v/x%2fy", ["x%2fy"]],
  ["/v/{a=**}", "/v/%2523/%23/100%25", ["%2523/%23/100%"]],
  ["/v/{a=**}/w/{b}", "/v/1/2/w/3", ["1/2", "3"]],
  ["/v/{a=**}/w/{b}", "/v/w/3", ["", "3"]],
  ["/v/*/{a=o/**}/{b}", "/v/x/o/1/2/3", ["o/1/2", "3"]],
];

test.each(cases)("%s captures from %s", (source, path, captured) => {
  const template = parseTemplate(source);
  const target = parseTarget(path)!;
  expect(template.variables.map((v) => captureVariable(template, v, target))).toEqual(captured);
});
