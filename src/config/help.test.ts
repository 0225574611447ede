import { expect, it } from "vitest";
import { configTable, helpText } from "./help.ts";
import { VARIABLES } from "./variables.ts";

it("tells of every variable, in 80 columns", () => {
  const lines = helpText().split("\n");
  for (const { name } of VARIABLES) {
    expect(lines.filter((line) => line.trim().split("=")[0] === name)).toHaveLength(1);
  }
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

it("makes a table with a row for every variable", () => {
  const rows = configTable().split("\n");
  expect(rows).toHaveLength(VARIABLES.length + 2);
  for (const row of rows) expect(row.match(/\|/g)).toHaveLength(4);
  expect(rows).toContain(
    "| `PORT` | `8080` | Port to listen on, 0 to 65535; 0 takes a free one. |",
  );
});
