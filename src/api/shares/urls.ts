import type { Context } from "../../context.ts";

/** Where those who may see a session find it. */
export function sessionUrl({ publicUrl }: Context, sessionId: string): string {
  return `${publicUrl()}/api/v1/sessions/${sessionId}`;
}

/** What a link is: GET says what it leads to, POST opens it. */
export function linkUrl({ publicUrl }: Context, secret: string): string {
  return `${publicUrl()}/api/v1/shared/links/${secret}`;
}
