import type { Frame, RecordedDialogue } from "../../support/dialogues.ts";

const CITIES = ["Lisbon", "Žilina", "京都", "Valparaíso", "Oulu"];
const GREETINGS = ["hello there", "good evening", "ahoj"];

/**
 * Dialogues of our own making in the form of the file: two services, values that change and go,
 * calls that find nothing, utterances about two services and about none.
 */
export function madeRecords(count: number): RecordedDialogue[] {
  return Array.from({ length: count }, (_, d) => ({
    dialogue_id: `made_${d}`,
    turns: Array.from({ length: 3 + (d % 18) }, (_, t) => exchange(d, t)).flat(),
  }));
}

function exchange(d: number, t: number): RecordedDialogue["turns"][number][] {
  const city = CITIES[(d + Math.floor(t / 3)) % CITIES.length]!;
  const understood: Frame[] = [trip(city, t)];
  if (t % 4 === 3) understood.push(room(t));
  return [
    { speaker: "user", utterance: asked(d, t, city), frames: understood },
    { speaker: "system", utterance: `answer ${t} about ${city} 🐎`, frames: [done(city, d, t)] },
  ];
}

function asked(d: number, t: number, city: string): string {
  return t === 0 ? `${GREETINGS[d % 3]}, I want to see ${city}` : `and then? (${d}, ${t})`;
}

/** From the fifth exchange on, nobody is going anywhere by train any more. */
function trip(city: string, t: number): Frame {
  const slot_values: Record<string, string> = { city };
  if (t >= 1 && t < 4) slot_values.by = "train";
  return { service: "Trips_1", active_intent: t % 5 === 4 ? "NONE" : "FindTrip", slot_values };
}

function room(t: number): Frame {
  const slot_values = { nights: String(t), place: "by the river" };
  return { service: "Rooms_2", active_intent: "BookRoom", slot_values };
}

function done(city: string, d: number, t: number): Frame {
  if (t % 3 === 0) return { service: "Trips_1" };
  const found = Array.from({ length: (d + t) % 3 }, (_, i) => ({ trip: `${city} ${i}`, seats: i }));
  return {
    service: "Trips_1",
    service_call: { method: "FindTrip", parameters: { city, day: t } },
    service_results: found,
  };
}
