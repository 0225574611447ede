import { afterAll, beforeAll, describe } from "vitest";
import { rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { answerSuite } from "./limits/answers.ts";
import { quotaSuite } from "./limits/quotas.ts";

const PLANS = JSON.stringify({
  plans: {
    small: {
      user: {
        calls_per_minute: { limit: 60, burst: 3 },
        messages_per_minute: 5,
        bytes_per_minute: 1000,
        max_open_runs: 1,
        max_watches: 1,
      },
      key: { calls_per_minute: { limit: 60, burst: 2 } },
    },
    wide: {
      user: { calls_per_minute: 6000, messages_per_minute: 5, max_open_runs: 1, max_watches: 1 },
    },
    large: { user: { calls_per_minute: 6000, bytes_per_minute: 1000 } },
    few: { user: { max_sessions: 20 } },
  },
  tenants: { small: "small", wide: "wide", large: "large", few: "few" },
});

describe("limits, embedded", () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService({ PARLEY_PLANS: PLANS, PARLEY_CORS_ORIGINS: "*" });
  });
  afterAll(() => service.close());

  describe("answers", () => answerSuite(() => service.url));
  describe("quotas", () =>
    quotaSuite(() => [rest(service.url, { "x-tenant-id": "few", "x-user-id": uniqueUser() })]));
});
