import { ParleyError, type Reason } from "../errors.ts";

/** Why something is refused; undefined where it is not. */
export function reasonOf(run: () => unknown): Reason | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
    return error.reason;
  }
}
