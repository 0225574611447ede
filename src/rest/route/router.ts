import type { MatchedPath } from "../template/capture.ts";
import type { PathTemplate } from "../template/path-template.ts";
import type { RequestTarget } from "./request-target.ts";

/** What a router keeps: something under an HTTP method and a template. */
export interface RouteKey {
  /** `GET`, `PATCH`, …; `*` stands for every method without a route of its own. */
  readonly httpMethod: string;
  readonly template: PathTemplate;
}

/** What a router says about a request. */
export type RouteMatch<R> =
  | { readonly kind: "found"; readonly route: R; readonly path: MatchedPath }
  | { readonly kind: "method_not_allowed"; readonly allow: readonly string[] }
  | { readonly kind: "not_found" };

type MethodMap<R> = Map<string, R>;

class Node<R> {
  readonly literals = new Map<string, Node<R>>();
  one: Node<R> | undefined;
  many: Node<R> | undefined;
  /** Routes that end here, by verb, then by HTTP method. */
  readonly ends = new Map<string, MethodMap<R>>();
}

/**
 * Finds routes by path: for each segment from the left, literal before `*` before
 * `**`, with backtracking. It looks at no node of the tree of templates twice for
 * one place in the path. A template that matches the path but not the method does
 * not hide a wider one that has it.
 */
export class Router<R extends RouteKey> {
  readonly #routes: R[] = [];
  readonly #root = new Node<R>();
  readonly #verbs = new Set<string>();
  /** How long the longest verb may be in a path: each of its bytes as a triplet. */
  #verbLength = 0;

  /** All routes, in the order they were added. */
  get routes(): readonly R[] {
    return this.#routes;
  }

  /**
   * Adds a route. Gives the one that already has its method and matches the same
   * paths, if there is one; nothing is added then.
   */
  add(route: R): R | undefined {
    let node = this.#root;
    for (const segment of route.template.segments) {
      if (segment.kind === "literal") node = child(node.literals, segment.text);
      else if (segment.kind === "one") node = node.one ??= new Node();
      else node = node.many ??= new Node();
    }
    const { verb } = route.template;
    const methods = node.ends.get(verb) ?? new Map<string, R>();
    const other = methods.get(route.httpMethod);
    if (other !== undefined) return other;
    node.ends.set(verb, methods.set(route.httpMethod, route));
    this.#routes.push(route);
    if (verb !== "") {
      this.#verbs.add(verb);
      this.#verbLength = Math.max(this.#verbLength, 3 * Buffer.byteLength(verb));
    }
    return undefined;
  }

  /** `HEAD` finds the route of `GET` where it has none of its own. */
  match(httpMethod: string, target: RequestTarget): RouteMatch<R> {
    const search = new Search<R>(httpMethod);
    for (const { verb, path } of this.#readings(target)) {
      const route = search.find(this.#root, path.decoded, 0, verb);
      if (route !== undefined) return { kind: "found", route, path };
    }
    if (search.allow.size === 0) return { kind: "not_found" };
    return { kind: "method_not_allowed", allow: allowHeader(search.allow) };
  }

  /**
   * The ways to read a path: with what follows a colon of the last segment as a
   * verb, if any template has that verb, then with the colon as a character, as
   * ids may hold colons. An encoded colon is always a character. Nothing longer
   * than the longest verb is looked at, or 8,000 colons would cost 32 million
   * characters of decoding.
   */
  #readings(target: RequestTarget): { verb: string; path: MatchedPath }[] {
    const plain = { verb: "", path: target };
    const last = target.raw.at(-1);
    if (this.#verbs.size === 0 || last === undefined) return [plain];
    const readings: { verb: string; path: MatchedPath }[] = [plain];
    const farthest = last.length - this.#verbLength - 1;
    for (let at = last.lastIndexOf(":"); at !== -1 && at >= farthest; at = before(last, at)) {
      const verb = decodeURIComponent(last.slice(at + 1));
      if (!this.#verbs.has(verb)) continue;
      readings.unshift({ verb, path: replaceLast(target, last.slice(0, at)) });
    }
    return readings;
  }
}

/** The path without its verb; nothing is left of `/:verb`. */
function replaceLast({ raw, decoded }: MatchedPath, last: string): MatchedPath {
  if (raw.length === 1 && last === "") return { raw: [], decoded: [] };
  return {
    raw: [...raw.slice(0, -1), last],
    decoded: [...decoded.slice(0, -1), decodeURIComponent(last)],
  };
}

function before(text: string, at: number): number {
  return at === 0 ? -1 : text.lastIndexOf(":", at - 1);
}

/** One walk through the tree for one request. */
class Search<R extends RouteKey> {
  /** Methods of the routes that matched the path alone. */
  readonly allow = new Set<string>();
  readonly #httpMethod: string;

  constructor(httpMethod: string) {
    this.#httpMethod = httpMethod;
  }

  find(node: Node<R>, segments: readonly string[], at: number, verb: string): R | undefined {
    const segment = segments[at];
    if (segment === undefined) {
      const ended = this.#end(node, verb);
      if (ended !== undefined) return ended;
    } else {
      const literal = node.literals.get(segment);
      const found = literal && this.find(literal, segments, at + 1, verb);
      if (found !== undefined) return found;
      // A single segment is never empty, so a trailing slash is not an empty id.
      const one = segment === "" ? undefined : node.one;
      const single = one && this.find(one, segments, at + 1, verb);
      if (single !== undefined) return single;
    }
    return node.many && this.#findMany(node.many, segments, at, verb);
  }

  /** It takes no more than it must: of several templates the one with the longest tail wins. */
  #findMany(node: Node<R>, segments: readonly string[], at: number, verb: string): R | undefined {
    for (let next = at; next <= segments.length; next++) {
      const found = this.find(node, segments, next, verb);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #end(node: Node<R>, verb: string): R | undefined {
    const methods = node.ends.get(verb);
    if (methods === undefined) return undefined;
    for (const method of methods.keys()) this.allow.add(method);
    const exact = methods.get(this.#httpMethod);
    const head = this.#httpMethod === "HEAD" ? methods.get("GET") : undefined;
    return exact ?? head ?? methods.get("*");
  }
}

function allowHeader(methods: ReadonlySet<string>): string[] {
  const allow = new Set(methods);
  if (allow.has("GET")) allow.add("HEAD");
  allow.add("OPTIONS");
  return [...allow].sort();
}

function child<R>(map: Map<string, Node<R>>, key: string): Node<R> {
  let node = map.get(key);
  if (node === undefined) {
    node = new Node();
    map.set(key, node);
  }
  return node;
}
