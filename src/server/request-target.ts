import type { HttpRequest } from "./http.ts";

const ABSOLUTE = /^https?:\/\/([^/?#]*)(\/[^#]*|\?[^#]*)?$/i;

/** `[` and the like pass as header values, but `new URL` throws on them. */
const AUTHORITY = /^[^\s/?#@\\]+$/;

/** The host that was found valid last; callers hardly ever name another. */
let validAuthority = "";

function isAuthority(authority: string): boolean {
  if (authority === validAuthority) return true;
  if (!AUTHORITY.test(authority) || !URL.canParse(`http://${authority}/`)) return false;
  validAuthority = authority;
  return true;
}

/**
 * Brings the target into the one form that the routers know, a path, and checks
 * the authority. Returns what is wrong, or undefined.
 *
 * `http://host/path` is the form for proxies; a server has to take it too, and the
 * host in it goes before the header (RFC 9112, 3.2.2). The path itself is left as
 * it was sent: decoding and `..` are the routers' to judge.
 */
export function normaliseTarget(req: HttpRequest): string | undefined {
  const target = req.url ?? "";
  if (!target.startsWith("/") && target !== "*") {
    const absolute = ABSOLUTE.exec(target);
    if (absolute === null) return "the request target has to be a path";
    const [, host, rest = "/"] = absolute;
    req.url = rest.startsWith("?") ? `/${rest}` : rest;
    req.headers.host = host;
  }
  const authority = "authority" in req ? req.authority : req.headers.host;
  if (authority === undefined || authority === "") return "the Host header is missing";
  return isAuthority(authority) ? undefined : "the Host header is not a host";
}
