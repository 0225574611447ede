import type { ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { HttpHandler } from "../http.ts";
import { fileEndpoint } from "./file-endpoint.ts";

const { resolve } = createRequire(import.meta.url);

/**
 * The page runs scripts and styles from here only and asks nobody else, so that it
 * works without the internet, and what a document holds can do nothing.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const JAVASCRIPT = "text/javascript; charset=utf-8";

/**
 * `/openapi.json`, the committed document, and `/docs`, a page that shows it. The
 * page is Swagger UI: it reads OpenAPI 3.1, can try calls out, comes as three plain
 * files, and works under a policy without inline scripts and styles. Its package has
 * more files than these; only what is named here is served.
 */
export function docsEndpoints(): Map<string, HttpHandler> {
  return new Map([
    ["/openapi.json", own("../../../docs/api/openapi.json", "application/json")],
    ["/docs", page()],
    ["/docs/", redirectToPage],
    ["/docs/start.js", own("viewer/start.js", JAVASCRIPT)],
    ["/docs/swagger-ui-bundle.js", viewerFile("swagger-ui-bundle.js", JAVASCRIPT)],
    ["/docs/swagger-ui.css", viewerFile("swagger-ui.css", "text/css; charset=utf-8")],
    ["/docs/favicon-32x32.png", viewerFile("favicon-32x32.png", "image/png")],
  ]);
}

function own(file: string, contentType: string): HttpHandler {
  const path = new URL(file, import.meta.url);
  return fileEndpoint({ path, contentType, compressible: true });
}

function page(): HttpHandler {
  return fileEndpoint({
    path: new URL("viewer/index.html", import.meta.url),
    contentType: "text/html; charset=utf-8",
    compressible: true,
    headers: {
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "referrer-policy": "no-referrer",
    },
  });
}

function viewerFile(name: string, contentType: string): HttpHandler {
  const path = resolve(`swagger-ui-dist/${name}`);
  return fileEndpoint({ path, contentType, compressible: contentType !== "image/png" });
}

/** The page names its files relative to `/docs`, so that it works below a prefix too. */
const redirectToPage: HttpHandler = (_req, res) => {
  (res as ServerResponse).writeHead(308, { location: "../docs", "content-length": 0 }).end();
};
