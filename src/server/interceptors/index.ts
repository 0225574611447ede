import type { Interceptor } from "@connectrpc/connect";
import type { Logger } from "pino";
import type { Metrics } from "../../telemetry/metrics.ts";
import type { Authenticator } from "../auth/authenticator.ts";
import type { TicketAuthenticator } from "../auth/ticket.ts";
import { authenticateCalls } from "./authenticate.ts";
import { authorizeCalls } from "./authorize.ts";
import { boundCalls, type DeadlineOptions } from "./deadline.ts";
import { mapErrors } from "./errors.ts";
import { fillRequestId } from "./idempotency.ts";
import { limitRates, type RateRules, tellRates } from "./limit-rates.ts";
import { observeCalls } from "./observe.ts";
import { type RequestRules, validateRequests } from "./validate.ts";

export interface InterceptorOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly authenticators: readonly Authenticator[];
  readonly tickets?: TicketAuthenticator | undefined;
  readonly deadline: DeadlineOptions;
  readonly rules: RequestRules;
  /** Undefined where nothing is limited, which then costs nothing. */
  readonly rates?: RateRules | undefined;
}

/**
 * What happens to every call of every protocol, outermost first:
 *
 * 1. measure and log, outside of everything, so that they see the final outcome;
 * 2. tell how the caller's limits stand, in what is answered, errors included;
 * 3. map errors, outside of all that throws one;
 * 4. bound the time, that of authentication included;
 * 5. authenticate, before anything looks at what the call says;
 * 6. limit rates, as soon as it is known whose: calls that are refused later count as well;
 * 7. authorize: the scope and the role that the method's proto asks for;
 * 8. fill `request_id` from `Idempotency-Key`, before its length is checked;
 * 9. validate, so that a handler sees only what the proto allows.
 *
 * The request's id is not here: answers that never reach a method have one too
 * (`request-id.ts`).
 */
export function callInterceptors(options: InterceptorOptions): Interceptor[] {
  const { rates } = options;
  return [
    observeCalls(options.metrics, options.logger),
    ...(rates ? [tellRates()] : []),
    mapErrors(options.logger),
    boundCalls(options.deadline),
    authenticateCalls(options),
    ...(rates ? [limitRates(rates, options.metrics)] : []),
    authorizeCalls(),
    fillRequestId(),
    validateRequests(options.rules),
  ];
}

/** For health and reflection: anybody may ask, and probes would fill the log. */
export function publicInterceptors(
  options: Pick<InterceptorOptions, "logger" | "metrics">,
): Interceptor[] {
  return [observeCalls(options.metrics, undefined), mapErrors(options.logger)];
}
