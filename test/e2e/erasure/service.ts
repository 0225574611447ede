import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Env } from "../../../src/config/env.ts";
import { startService, type TestService } from "../../support/service.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** A service that lets restore for a second, and keeps archives of the tenant `brief` for an hour. */
export function startForgetful(env: Env = {}): Promise<TestService> {
  const rules = join(temporaryFolder("retention"), "rules.json");
  writeFileSync(rules, JSON.stringify({ tenants: { brief: { default: "1h" } } }));
  return startService({ PARLEY_RETENTION: rules, PARLEY_RESTORE_WINDOW: "1s", ...env });
}
