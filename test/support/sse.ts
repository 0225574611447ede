/** One server-sent event, its data decoded. */
export interface SseEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of the data.
  readonly data: any;
}

/** Reads a stream of server-sent events until it ends or is aborted. */
export async function* sse(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): AsyncGenerator<SseEvent> {
  const response = await fetch(url, { headers, ...(signal && { signal }) });
  if (response.status !== 200 || response.body === null) {
    throw new Error(`${response.status} ${await response.text()}`);
  }
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const event = parse(text.slice(0, end));
      text = text.slice(end + 2);
      if (event !== undefined) yield event;
    }
  }
}

function parse(block: string): SseEvent | undefined {
  const field = (name: string) =>
    block
      .split("\n")
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2));
  const data = field("data");
  if (data.length === 0) return undefined;
  return { id: field("id")[0], event: field("event")[0], data: JSON.parse(data.join("\n")) };
}
