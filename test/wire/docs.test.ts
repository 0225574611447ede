import { readFileSync } from "node:fs";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openServer, type TestServer } from "./server-fixture.ts";

const committed = readFileSync(new URL("../../docs/api/openapi.json", import.meta.url), "utf8");

const FILES: [path: string, type: string][] = [
  ["/openapi.json", "application/json"],
  ["/docs", "text/html; charset=utf-8"],
  ["/docs/start.js", "text/javascript; charset=utf-8"],
  ["/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  ["/docs/swagger-ui.css", "text/css; charset=utf-8"],
  ["/docs/favicon-32x32.png", "image/png"],
];

describe("the documentation", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openServer();
  });
  afterAll(() => server.close());

  const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(server.url + path, { method, headers: { "accept-encoding": "identity", ...headers } });

  it("is the committed document", async () => {
    expect(await (await get("/openapi.json")).text()).toBe(committed);
  });

  it.each(FILES)("%s comes with its type, and again only if it changed", async (path, type) => {
    const response = await get(path);
    const etag = response.headers.get("etag") ?? "";
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toBe("public, no-cache");
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.length).toBe(Number(response.headers.get("content-length")));
    expect(body.length).toBeGreaterThan(100);

    const same = await get(path, { "if-none-match": `"other", ${etag}` });
    expect(same.status).toBe(304);
    expect(same.headers.get("etag")).toBe(etag);
    expect(await same.text()).toBe("");
    expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);
  });

  it.each(FILES)("%s takes HEAD, and nothing but GET beside it", async (path) => {
    const [full, head] = [await get(path), await get(path, {}, "HEAD")];
    expect(head.status).toBe(200);
    expect(head.headers.get("content-length")).toBe(full.headers.get("content-length"));
    expect(await head.text()).toBe("");
    await full.arrayBuffer();
    for (const method of ["POST", "DELETE", "OPTIONS"]) {
      const refused = await get(path, {}, method);
      expect(refused.status).toBe(405);
      expect(refused.headers.get("allow")).toBe("GET, HEAD");
      expect(await refused.json()).toMatchObject({ error: "method_not_allowed" });
    }
  });

  it.each(["gzip", "br"])(
    "is compressed with %s for who asks, under a tag of its own",
    async (coding) => {
      const plain = await get("/openapi.json");
      const packed = await get("/openapi.json", { "accept-encoding": coding });
      expect(packed.headers.get("content-encoding")).toBe(coding);
      expect(packed.headers.get("vary")).toBe("Accept-Encoding");
      expect(Number(packed.headers.get("content-length"))).toBeLessThan(committed.length / 5);
      expect(packed.headers.get("etag")).not.toBe(plain.headers.get("etag"));
      expect(await packed.text()).toBe(committed);
    },
  );

  it("shows it on a page that asks nobody else and runs nothing inline", async () => {
    const response = await get("/docs");
    const html = await response.text();
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|http|\*/);
    expect(html).not.toMatch(/https?:|style=|<style|onload|<script(?![^>]* src=)/);
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => `/${link}`);
    expect(links.sort()).toEqual(
      FILES.map(([path]) => path)
        .filter((path) => path !== "/docs")
        .sort(),
    );
  });

  it("redirects who added a slash", async () => {
    const response = await fetch(`${server.url}/docs/`, { redirect: "manual" });
    expect(response.status).toBe(308);
    expect(new URL(response.headers.get("location") ?? "", `${server.url}/docs/`).pathname).toBe(
      "/docs",
    );
  });

  it.each([
    "/docs/index.html",
    "/docs/swagger-ui.css.map",
    "/docs/package.json",
    "/docs/%2e%2e/package.json",
    "/docs/../../package.json",
    "/docs/start.js/",
    "/openapi.json/",
  ])("has no file %s", async (path) => {
    expect(await statusOf(server.port, path)).toBe(404);
  });
});

/** `fetch` would resolve dots before it asks. */
function statusOf(port: number, path: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const outgoing = request({ host: "127.0.0.1", port, path }, (response) => {
    response.resume().once("end", () => resolve(response.statusCode));
  });
  outgoing.once("error", reject).end();
  return promise;
}
