export * from "./client/index.ts";
export { type Config, ConfigError, toConfig } from "./config/config.ts";
export { readEnv } from "./config/env.ts";
export { createService, type Overrides, type Service } from "./service.ts";
