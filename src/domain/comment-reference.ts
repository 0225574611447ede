import { create } from "@bufbuild/protobuf";
import {
  type CommentReference,
  CommentReferenceSchema,
} from "../../gen/parley/v1/comment_event_pb.js";

const PLACE = /^(seq|turn):(0|[1-9]\d{0,9})$/;
const MESSAGE = /^message:(\S{1,64})$/;

/** What a text refers to; undefined for an empty one. */
export function referenceOf(point: string): CommentReference | undefined {
  const target = targetOf(point);
  return target && create(CommentReferenceSchema, { target });
}

function targetOf(point: string): CommentReference["target"] | undefined {
  if (point === "") return undefined;
  const [, place, number] = PLACE.exec(point) ?? [];
  if (place === "seq" || place === "turn") return { case: place, value: Number(number) };
  const [, messageId] = MESSAGE.exec(point) ?? [];
  if (messageId !== undefined) return { case: "messageId", value: messageId };
  return { case: "text", value: point };
}

/** A reference as one text: what `referenceOf` makes that reference of, if it is not words. */
export function pointOf(reference: CommentReference | undefined): string | undefined {
  const { target } = reference ?? {};
  switch (target?.case) {
    case "seq":
    case "turn":
      return `${target.case}:${target.value}`;
    case "messageId":
      return `message:${target.value}`;
    case "text":
      return target.value;
    default:
      return undefined;
  }
}
