import { expect, it } from "vitest";
import { SessionType } from "../../gen/parley/v1/session_pb.js";
import { DEFAULT_RETENTION, type Retention } from "../domain/retention.ts";
import type { ArchivedUntil, ArchivePlace } from "../journal/port.ts";
import { scriptedErasing } from "../log/testing/scripted-erasing.ts";
import { scriptedJournal } from "../log/testing/scripted-journal.ts";
import { purgeArchived, purgeForgotten } from "./retention.ts";

const NOW = 1_000_000;
const clock = { now: () => new Date(NOW), monotonic: () => 0 };
const { RESEARCH, UNSPECIFIED } = SessionType;

function partsOf(retention: Retention, places: readonly ArchivePlace[], purged = 0) {
  const asked: ArchivedUntil[] = [];
  const erasing = scriptedErasing({
    archivePlaces: async (after, limit) => {
      const from = after === undefined ? 0 : places.indexOf(after) + 1;
      return places.slice(from, from + limit);
    },
    purgeArchived: async (due) => {
      asked.push(due);
      return purged;
    },
    purgeForgotten: async (until) => until.getTime(),
  });
  return { asked, parts: { journal: { ...scriptedJournal([]), erasing }, clock, retention } };
}

it("takes deleted sessions whose window is over", async () => {
  const { parts } = partsOf({ ...DEFAULT_RETENTION, restoreWindowMs: 400 }, []);
  expect((await purgeForgotten(parts).run()).done).toBe(NOW - 400);
});

it("takes archived sessions by the rule of their tenant and type, and asks for no others", async () => {
  const retention: Retention = {
    ...DEFAULT_RETENTION,
    tenants: new Map([["brief", { others: 70, types: new Map([[RESEARCH, 7]]) }]]),
  };
  const places = [
    { tenantId: "any", sessionType: RESEARCH },
    { tenantId: "brief", sessionType: UNSPECIFIED },
    { tenantId: "brief", sessionType: RESEARCH },
  ];
  const { asked, parts } = partsOf(retention, places, 2);
  expect(await purgeArchived(parts).run()).toEqual({ done: 4, more: false });
  expect(asked).toEqual([
    { ...places[1], until: new Date(NOW - 70) },
    { ...places[2], until: new Date(NOW - 7) },
  ]);
});

it("comes by every place, however many there are, and again where there may be more", async () => {
  const others = { others: 1, types: new Map() };
  const places = Array.from({ length: 1001 }, (_, n) => ({
    tenantId: `t-${n}`,
    sessionType: RESEARCH,
  }));
  const { asked, parts } = partsOf({ ...DEFAULT_RETENTION, others }, places, 200);
  expect(await purgeArchived(parts).run()).toEqual({ done: 200_200, more: true });
  expect(asked).toHaveLength(1001);
});

it("does not even look where everything is kept for ever", async () => {
  const { parts } = partsOf(DEFAULT_RETENTION, []);
  const journal = { ...parts.journal, erasing: scriptedErasing() };
  expect(await purgeArchived({ ...parts, journal }).run()).toEqual({ done: 0, more: false });
});
