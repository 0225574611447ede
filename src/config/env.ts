import { VARIABLES, type VariableName } from "./variables.ts";

/** The variables as they were set; what is blank counts as not set. */
export type Env = Partial<Record<VariableName, string>>;

export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const env: Env = {};
  for (const { name } of VARIABLES) {
    const value = source[name]?.trim();
    if (value !== undefined && value !== "") env[name] = value;
  }
  return env;
}
