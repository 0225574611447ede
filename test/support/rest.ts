/** An answer over REST, with its JSON decoded; `{}` where there was no body. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body.
  readonly body: any;
}

type HeaderRecord = Readonly<Record<string, string>>;

/** Calls a service over REST the way curl would. */
export function rest(url: string, defaults: HeaderRecord = {}) {
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: HeaderRecord = {},
  ): Promise<RestAnswer> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...defaults,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? {} : JSON.parse(text),
    };
  };
  return {
    send,
    get: (path: string, headers?: HeaderRecord) => send("GET", path, undefined, headers),
    post: (path: string, body: unknown = {}, headers?: HeaderRecord) =>
      send("POST", path, body, headers),
    patch: (path: string, body: unknown, headers?: HeaderRecord) =>
      send("PATCH", path, body, headers),
    delete: (path: string, headers?: HeaderRecord) => send("DELETE", path, undefined, headers),
  };
}

export type RestClient = ReturnType<typeof rest>;

/** A user nobody else in the run is. */
export function uniqueUser(): string {
  return `user-${crypto.randomUUID()}`;
}
