import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import { v7 } from "uuid";
import type {
  AttachmentSchema,
  NewMessageSchema,
  PartSchema,
} from "../../../gen/parley/v1/message_pb.js";
import { Role } from "../../../gen/parley/v1/message_pb.js";
import { quiet } from "./backoff.ts";
import { PartialText } from "./partial-text.ts";

export type NewMessage = MessageInitShape<typeof NewMessageSchema>;

/** What a message may have beside its text. */
export interface MessageRest {
  readonly parts?: MessageInitShape<typeof PartSchema>[];
  readonly name?: string;
  readonly metadata?: JsonObject;
  readonly attachments?: MessageInitShape<typeof AttachmentSchema>[];
  readonly tokens?: number;
}

/** A message of the assistant that is being written. */
export interface MessageStream {
  /** The id that the message will have. */
  readonly messageId: string;
  /** Adds to the text; watchers get it soon. @throws JobAborted once `job.signal` is aborted */
  write(text: string): void;
  /**
   * Appends the message, with whatever else belongs to it. Answers its id; undefined where
   * there is neither text nor parts, since there are no empty messages.
   */
  end(rest?: MessageRest): Promise<string | undefined>;
}

/** A message that was streamed. */
export interface Said {
  readonly messageId: string;
  readonly text: string;
}

/** What a stream needs of its job. */
export interface StreamTarget {
  /** Aborted once nothing more is to be written. */
  readonly closed: AbortSignal;
  publish(messageId: string, offset: number, text: string): Promise<number>;
  append(output: { readonly messages: readonly NewMessage[] }): Promise<unknown>;
  /** What has been appended. */
  said(message: Said): void;
}

export function messageStream(target: StreamTarget, messageId: string = v7()): MessageStream {
  const partials = new PartialText((offset, text) => target.publish(messageId, offset, text));
  let ended = false;
  const open = () => {
    target.closed.throwIfAborted();
    if (ended) throw new Error(`the message ${messageId} has ended`);
  };
  const append = async (rest: MessageRest) => {
    open();
    ended = true;
    partials.end();
    const content = partials.text.toWellFormed();
    if (content === "" && (rest.parts ?? []).length === 0) return undefined;
    await target.append({ messages: [{ ...rest, messageId, role: Role.ASSISTANT, content }] });
    target.said({ messageId, text: partials.text });
    return messageId;
  };
  return {
    messageId,
    write(text) {
      open();
      partials.add(text);
    },
    end: (rest = {}) => quiet(append(rest)),
  };
}
