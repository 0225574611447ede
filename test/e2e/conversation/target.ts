import { type RestClient, rest, uniqueUser } from "../../support/rest.ts";

/** The service under test; its address is known once it runs. */
export interface Target {
  readonly url: string;
}

export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** A caller over REST: a user nobody else is, unless named. */
export function as(target: Target, user = uniqueUser()): RestClient {
  return rest(target.url, { "x-user-id": user });
}
