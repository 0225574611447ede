import { expect } from "vitest";
import type { RestAnswer, RestClient } from "./rest.ts";

const LISTS = [
  "tasks",
  "timeline",
  "stage_transitions",
  "resource_allocations",
  "decision_points",
] as const;

/** Expects that a session's history says the same page by page as it says at once. */
export async function expectPagedHistory(owner: RestClient, path: string): Promise<void> {
  const { status, body: whole } = await owner.get(`${path}/history?limit=1000&consistency=strong`);
  expect(status).toBe(200);
  const pages: RestAnswer["body"][] = [];
  for (let offset = 0, more = true; more; ) {
    const query = `limit=7&offset=${offset}&consistency=strong`;
    const { body } = await owner.get(`${path}/history?${query}`);
    pages.push(body);
    offset = body.next_offset;
    more = body.has_more;
  }
  const lists = (from: RestAnswer["body"][]) =>
    LISTS.map((name) => [name, from.flatMap((page) => page[name])]);
  expect(lists(pages)).toEqual(lists([whole]));
  expect(whole).toMatchObject({ has_more: false, total_events: whole.timeline.length });
}
