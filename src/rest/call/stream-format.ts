import type { Message } from "@bufbuild/protobuf";
import { StreamFormat } from "../../../gen/rest/v1/annotations_pb.js";
import type { Properties } from "../codec/local-value.ts";
import { negotiate } from "../http/accept.ts";
import type { Binding } from "../rule/binding.ts";

/** How a stream of messages is laid out in a body. */
export interface StreamLayout {
  readonly contentType: string;
  /** What stands before the first record, between two, and after the last. */
  readonly open: string;
  readonly separator: string;
  readonly close: string;
  /** One message as a record; `json` is the message. */
  record(message: Message, json: string): string;
  /** The record that says that the stream failed; undefined: it is cut instead. */
  failure(json: string): string | undefined;
  /** What may be written between records to show that the stream lives. */
  readonly heartbeat: string;
}

const SSE = "text/event-stream";
const NDJSON = "application/x-ndjson";
const JSON_ARRAY = "application/json";

const offersByDefault: Record<StreamFormat, readonly [string, ...string[]]> = {
  [StreamFormat.UNSPECIFIED]: [SSE, NDJSON, JSON_ARRAY],
  [StreamFormat.SSE]: [SSE, NDJSON, JSON_ARRAY],
  [StreamFormat.NDJSON]: [NDJSON, SSE, JSON_ARRAY],
  [StreamFormat.JSON_ARRAY]: [JSON_ARRAY, NDJSON, SSE],
};

/** The media types a stream comes in, the default of its method first. */
export function streamOffers(format: StreamFormat): readonly string[] {
  return offersByDefault[format];
}

/**
 * The layout an Accept header asks for; undefined when it admits none. `retryMs`
 * is what event streams say of when to come back; undefined: nothing.
 */
export function chooseLayout(
  binding: Binding,
  accept: string | undefined,
  retryMs: number | undefined,
): StreamLayout | undefined {
  switch (negotiate(accept, streamOffers(binding.endpoint.streamFormat))) {
    case SSE:
      return eventStream(binding, retryMs);
    case NDJSON:
      return ndjson;
    case JSON_ARRAY:
      return jsonArray;
    default:
      return undefined;
  }
}

/**
 * White space that JSON allows before a value: it belongs to the record that
 * follows. An empty line would be one more line, which readers that parse each
 * would stumble over.
 */
const JSON_HEARTBEAT = " ";

const ndjson: StreamLayout = {
  contentType: NDJSON,
  open: "",
  separator: "",
  close: "",
  record: (_message, json) => `${json}\n`,
  failure: (json) => `{"error":${json}}\n`,
  heartbeat: JSON_HEARTBEAT,
};

/** An error has no place in an array of messages, and half an array cannot be taken for a whole. */
const jsonArray: StreamLayout = {
  contentType: JSON_ARRAY,
  open: "[",
  separator: ",",
  close: "]",
  record: (_message, json) => json,
  failure: () => undefined,
  heartbeat: JSON_HEARTBEAT,
};

/** JSON holds no bare newline, so a record's data is one line. */
function eventStream({ eventId }: Binding, retryMs: number | undefined): StreamLayout {
  return {
    contentType: SSE,
    open: retryMs === undefined ? "" : `retry: ${retryMs}\n\n`,
    separator: "",
    close: "",
    record: (message, json) => {
      const id = eventId && formatId((message as unknown as Properties)[eventId.localName]);
      return id === undefined ? `data: ${json}\n\n` : `id: ${id}\ndata: ${json}\n\n`;
    },
    failure: (json) => `event: error\ndata: ${json}\n\n`,
    heartbeat: ":\n\n",
  };
}

/** An id that would end the line or be ignored by clients is left out. */
function formatId(value: unknown): string | undefined {
  const id = value === undefined ? "" : String(value);
  return id === "" || /[\0\r\n]/.test(id) ? undefined : id;
}
