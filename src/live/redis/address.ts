/** Where Redis is. `hosts` has one entry for a standalone server. */
export interface RedisAddress {
  readonly kind: "standalone" | "sentinel" | "cluster";
  readonly hosts: readonly RedisHost[];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  /** Number of the database; 0 in a cluster. */
  readonly db: number;
  /** What the Sentinels call the group of servers. */
  readonly masterName?: string;
}

export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

// Not `URL`: it takes one host only.
const FORM =
  /^redis(?<tls>s?)(?<sentinel>\+sentinel)?:\/\/(?:(?<username>[^:@/]*)(?::(?<password>[^@/]*))?@)?(?<hosts>[^/?@]+)(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/;

/**
 * Reads
 * - `redis://[user:password@]host[:6379][/db]`
 * - `redis://host:port,host:port?cluster=true`: some nodes of a cluster
 * - `redis+sentinel://host[:26379],host/master-name[/db]`
 *
 * each with `rediss` for TLS. User and password are percent-encoded.
 * @throws {TypeError} naming what is wrong, never the password.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const groups = FORM.exec(url)?.groups;
  if (groups === undefined) throw new TypeError("not a redis:// or rediss:// URL");
  const kind = kindOf(groups.sentinel !== undefined, groups.query);
  const path = (groups.path ?? "").split("/").filter((part) => part !== "");
  const masterName = kind === "sentinel" ? path.shift() : undefined;
  if (kind === "sentinel" && masterName === undefined) {
    throw new TypeError("a Sentinel URL names the master after the hosts: …/mymaster");
  }
  const hosts = groups.hosts!.split(",").map((host) => parseHost(host, kind));
  if (kind === "standalone" && hosts.length > 1) {
    throw new TypeError("several hosts need ?cluster=true or redis+sentinel://");
  }
  return {
    kind,
    hosts,
    tls: groups.tls === "s",
    db: parseDb(path, kind),
    ...(groups.username && { username: decodeURIComponent(groups.username) }),
    ...(groups.password && { password: decodeURIComponent(groups.password) }),
    ...(masterName && { masterName: decodeURIComponent(masterName) }),
  };
}

function kindOf(sentinel: boolean, query = ""): RedisAddress["kind"] {
  const parameters = new URLSearchParams(query);
  const unknown = [...parameters.keys()].find((name) => name !== "cluster");
  if (unknown !== undefined) throw new TypeError(`unknown parameter ${unknown}`);
  const cluster = parameters.get("cluster");
  if (cluster !== null && cluster !== "true" && cluster !== "false") {
    throw new TypeError("cluster is true or false");
  }
  if (sentinel && cluster === "true") throw new TypeError("either Sentinel or ?cluster=true");
  if (sentinel) return "sentinel";
  return cluster === "true" ? "cluster" : "standalone";
}

function parseHost(text: string, kind: RedisAddress["kind"]): RedisHost {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const port = Number(match?.[3] ?? (kind === "sentinel" ? 26379 : 6379));
  if (match === null || port < 1 || port > 65_535)
    throw new TypeError("a host is host or host:port");
  return { host: match[1] ?? match[2]!, port };
}

function parseDb(path: readonly string[], kind: RedisAddress["kind"]): number {
  const text = path[0] ?? "0";
  if (path.length > 1 || !/^\d{1,5}$/.test(text)) {
    throw new TypeError("the path of a Redis URL is the number of a database");
  }
  if (kind === "cluster" && Number(text) !== 0)
    throw new TypeError("a cluster has database 0 only");
  return Number(text);
}
