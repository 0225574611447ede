import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type NewMessage, NewMessageSchema, Role } from "../../gen/parley/v1/message_pb.js";
import type { CreateSessionRequestSchema } from "../../gen/parley/v1/session_commands_pb.js";

/** Sessions that appends go to, in turn. */
export const SESSIONS = 1024;

/** Sessions that are read: live ones, so few enough to be asked for many times a second. */
export const READ_SESSIONS = 64;

/** About 900 bytes as REST answers it. */
export function draftSession(): MessageInitShape<typeof CreateSessionRequestSchema> {
  return {
    title: "Where to stay in Lisbon in the second week of May",
    agentId: "travel-planner",
    context: {
      city: "Lisbon",
      arrival: "2026-05-10",
      nights: 6,
      guests: 2,
      budget: 900,
      currency: "EUR",
      breakfast: true,
      stars: [3, 4],
      area: "near the river",
      language: "en",
    },
    labels: { team: "travel", stage: "search" },
  };
}

/** About 340 bytes of text, 420 as an event. */
export function draftMessage(): NewMessage {
  const content = [
    "I found three places near the river that have a room for two from the tenth of May.",
    "The first is a small hotel with breakfast, 118 EUR a night; the second a flat with a",
    "kitchen, 96 EUR a night; the third a guest house on the hill, 84 EUR a night, with a long",
    "walk to the station. Shall I ask the second one whether it takes guests for six nights?",
  ].join(" ");
  return create(NewMessageSchema, { role: Role.USER, content });
}
