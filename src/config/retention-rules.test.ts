import { expect, it } from "vitest";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { DEFAULT_RETENTION, keptMs } from "../domain/retention.ts";
import { parseRetentionRules } from "./retention-rules.ts";

const DAY = 86_400_000;

it("is read by tenant and type", () => {
  const rules = parseRetentionRules(
    JSON.stringify({
      default: "365d",
      types: { research: "90d", conversation: "forever" },
      tenants: { brief: { default: "12h" }, long: { types: { analysis: "10d" } } },
    }),
  );
  const retention = { ...DEFAULT_RETENTION, ...rules };
  const kept = (tenant: string, type: SessionType) => keptMs(retention, tenant, type);
  expect(kept("any", SessionType.ANALYSIS)).toBe(365 * DAY);
  expect(kept("any", SessionType.RESEARCH)).toBe(90 * DAY);
  expect(kept("any", SessionType.UNSPECIFIED)).toBe(Number.POSITIVE_INFINITY);
  expect(kept("brief", SessionType.RESEARCH)).toBe(DAY / 2);
  expect(kept("long", SessionType.ANALYSIS)).toBe(10 * DAY);
  expect(kept("long", SessionType.RESEARCH)).toBe(Number.POSITIVE_INFINITY);
});

it("may have nothing in it", () => {
  const retention = { ...DEFAULT_RETENTION, ...parseRetentionRules("{}") };
  expect(keptMs(retention, "any", SessionType.RESEARCH)).toBe(Number.POSITIVE_INFINITY);
});

it.each([
  ["{", "is not JSON"],
  ["[]", "the file must be an object"],
  ['{"defaults":"1d"}', 'defaults is not "default" or "types"'],
  ['{"default":30}', 'default must be "forever" or a duration'],
  ['{"default":"10ms"}', "default must be"],
  ['{"types":{"poem":"1d"}}', "types.poem is not one of conversation, research"],
  ['{"types":{"toString":"1d"}}', "types.toString is not one of"],
  ['{"types":{"research":"never"}}', 'types.research must be "forever" or'],
  ['{"tenants":{"t":"1d"}}', "tenants.t must be an object"],
  ['{"tenants":{"t":{"tenants":{}}}}', 'tenants.t.tenants is not "default" or "types"'],
])("says what is wrong with %s", (text, problem) => {
  expect(() => parseRetentionRules(text)).toThrow(problem);
});
