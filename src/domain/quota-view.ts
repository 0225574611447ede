import { create } from "@bufbuild/protobuf";
import {
  type Quota,
  QuotaSchema,
  RateKind as ShownKind,
  RateSubject as ShownSubject,
} from "../../gen/parley/v1/quota_service_pb.js";
import type { Plan, RateKind, RateSubject } from "./plan.ts";
import type { RateFigures } from "./rate-limits.ts";

interface Use {
  /** Undefined: any number. */
  readonly limit: number | undefined;
  readonly used: number;
}

/** What there is of a user now. */
export interface QuotaUses {
  readonly sessions: Use;
  readonly openRuns: Use;
  readonly watches: Use;
}

const SUBJECTS: Readonly<Record<RateSubject, ShownSubject>> = {
  tenant: ShownSubject.TENANT,
  user: ShownSubject.USER,
  key: ShownSubject.KEY,
};

const KINDS: Readonly<Record<RateKind, ShownKind>> = {
  calls: ShownKind.CALLS,
  messages: ShownKind.MESSAGES,
  bytes: ShownKind.BYTES,
};

/** Limits as they are answered. */
export function quotaView(
  plan: Plan | undefined,
  rates: readonly RateFigures[],
  { sessions, openRuns, watches }: QuotaUses,
): Quota {
  return create(QuotaSchema, {
    ...(plan && { plan: plan.name }),
    rates: rates.map(({ limit, remaining, fullInMs }) => ({
      subject: SUBJECTS[limit.subject],
      kind: KINDS[limit.kind],
      limit: limit.perMinute,
      burst: limit.burst,
      remaining,
      resetSeconds: Math.ceil(fullInMs / 1000),
    })),
    ...shown("sessions", sessions),
    ...shown("openRuns", openRuns),
    ...shown("watches", watches),
  });
}

function shown<Name extends string>(name: Name, { limit, used }: Use) {
  if (limit === undefined) return {};
  return { [name]: { limit, used: Math.min(used, limit) } };
}
