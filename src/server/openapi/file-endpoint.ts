import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { acceptedCodings } from "../../rest/http/accept-encoding.ts";
import { type Coding, compress } from "../../rest/http/content-coding.ts";
import { matchesEtag } from "../../rest/http/etag.ts";
import type { HttpHandler } from "../http.ts";

/** A file to be sent as it is. */
export interface ServedFile {
  readonly path: string | URL;
  readonly contentType: string;
  /** Whether compressing makes it smaller. */
  readonly compressible: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A file in one coding. */
interface Variant {
  readonly body: Buffer;
  readonly etag: string;
}

/**
 * Sends a file. It is read, and compressed, when it is first asked for, and then
 * kept. Caches may keep it too, but ask each time whether it is still the same: the
 * files of a page belong together, and with the server's version all of them change.
 */
export function fileEndpoint(file: ServedFile): HttpHandler {
  const variants = new Map<Coding | undefined, Promise<Variant>>();
  return async (req, res) => {
    const { "accept-encoding": accepted, "if-none-match": condition } = req.headers;
    const header = Array.isArray(accepted) ? accepted.join() : accepted;
    const coding = file.compressible ? acceptedCodings(header).coding : undefined;
    const reading = variants.get(coding) ?? readVariant(file, coding);
    variants.set(coding, reading);
    const { body, etag } = await reading;
    const target = res as ServerResponse;
    if (file.compressible) target.appendHeader("vary", "Accept-Encoding");
    const isKnown = condition !== undefined && matchesEtag(condition, etag);
    target.writeHead(isKnown ? 304 : 200, {
      etag,
      "cache-control": "public, no-cache",
      ...file.headers,
      ...(!isKnown && head(file, body, coding)),
    });
    target.end(isKnown || req.method === "HEAD" ? undefined : body);
  };
}

function head({ contentType }: ServedFile, body: Buffer, coding: Coding | undefined) {
  return {
    "content-type": contentType,
    "content-length": body.length,
    "x-content-type-options": "nosniff",
    ...(coding && { "content-encoding": coding }),
  };
}

async function readVariant({ path }: ServedFile, coding: Coding | undefined): Promise<Variant> {
  const content = await readFile(path);
  const hash = createHash("sha256").update(content).digest("base64url").slice(0, 22);
  if (coding === undefined) return { body: content, etag: `"${hash}"` };
  return { body: await compress(content, coding), etag: `"${hash}-${coding}"` };
}
