import { SessionType } from "../../gen/parley/v1/session_pb.js";

/** The type of a run's task, by which workers choose: `research`, `analysis`, `synthesis`. */
export function typeOfRun(type: SessionType): string {
  return (SessionType[type] ?? "task").toLowerCase();
}
