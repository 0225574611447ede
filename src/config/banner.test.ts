import { expect, it } from "vitest";
import { banner } from "./banner.ts";
import { toConfig } from "./config.ts";

it("says where it listens, on which stores, and one call to try", () => {
  const text = banner(toConfig({}), "http://127.0.0.1:8080", "1.2.3");
  expect(text).toContain("Parley 1.2.3 listens on http://127.0.0.1:8080 ");
  expect(text).toContain("PGlite in .parley");
  expect(text).toContain("memory of this process");
  expect(text).toContain(
    `curl -X POST http://127.0.0.1:8080/api/v1/sessions -H 'content-type: application/json' -d '{"title":"Hello"}'`,
  );
});

it("shows no password", () => {
  const config = toConfig({
    REDIS_URL: "redis://:hunter2@r",
    DATABASE_URL: "postgres://a:hunter2@p/d",
  });
  const text = banner(config, "http://h", "1");
  expect(text).toContain("Postgres at postgres://a:***@p/d");
  expect(text).toContain("Redis at redis://:***@r");
  expect(text).not.toContain("hunter2");
});

it("says how callers are known", () => {
  const of = (env: Record<string, string>) => banner(toConfig(env), "http://h", "1");
  expect(of({})).toContain("whoever they are (PARLEY_AUTH=dev)");
  const required = of({ PARLEY_AUTH: "required" });
  expect(required).toContain("callers  have an API key\n");
  expect(required).toContain('-H "x-api-key: $KEY"');
});
