import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import { successStatuses } from "../rule/endpoint.ts";

const chosenStatus = createContextKey<number | undefined>(undefined, {
  description: "HTTP status of success over REST",
});

/**
 * Chooses the HTTP status of this call's success over REST, among those that the
 * method lists in `success_statuses`. Says nothing to callers of other protocols.
 * Throws a RangeError for a status that the method does not list.
 */
export function setSuccessStatus(ctx: HandlerContext, status: number): void {
  const listed = successStatuses(ctx.method);
  if (!listed.includes(status)) {
    throw new RangeError(
      `${ctx.method.parent.typeName}.${ctx.method.name} lists ${listed.join(", ")} as ` +
        `success_statuses, not ${status}`,
    );
  }
  ctx.values.set(chosenStatus, status);
}

/** The status a handler chose; undefined: the default of the method. */
export function getSuccessStatus(ctx: HandlerContext): number | undefined {
  return ctx.values.get(chosenStatus);
}
