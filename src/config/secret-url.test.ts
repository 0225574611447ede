import { inspect } from "node:util";
import { expect, it } from "vitest";
import { SecretUrl } from "./secret-url.ts";

it.each([
  ["postgres://me:hunter2@db:5432/x", "postgres://me:***@db:5432/x"],
  ["postgres://me@db/x?password=hunter2", "postgres://me@db/x"],
  ["redis://:hunter2@a:1,b:2/0", "redis://:***@a:1,b:2/0"],
  ["redis://me:hunter2/@?#hunter2@host", "redis://***"],
  ["redis://host?password=a@hunter2", "redis://***"],
  ["redis+sentinel://a,b/master", "redis+sentinel://a,b/master"],
  ["hunter2", "(not a URL)"],
])("%s is shown without its password", (url, shown) => {
  const secret = new SecretUrl(url);
  expect(secret.reveal()).toBe(url);
  for (const text of [`${secret}`, JSON.parse(JSON.stringify(secret)), inspect(secret)]) {
    expect(text).toBe(shown);
  }
  expect(inspect({ deep: { secret } }, { showHidden: true })).not.toContain(":hunter2");
});
