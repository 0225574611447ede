import { expect, it } from "vitest";
import { holds, isScope, SCOPES, type Scope } from "./scopes.ts";

const held = (...scopes: Scope[]) => SCOPES.filter((scope) => holds(new Set(scopes), scope));

it("hold themselves, writing holds reading, and admin holds all", () => {
  expect(held()).toEqual([]);
  expect(held("sessions:read")).toEqual(["sessions:read"]);
  expect(held("sessions:write")).toEqual(["sessions:read", "sessions:write"]);
  expect(held("worker", "keys:read")).toEqual(["worker", "keys:read"]);
  expect(held("admin")).toEqual(SCOPES);
});

it("are a closed list", () => {
  expect(["sessions:all", "", "constructor", "SESSIONS:READ"].some(isScope)).toBe(false);
});
