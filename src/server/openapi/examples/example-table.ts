import type { OperationExtras } from "../../../rest/openapi/index.ts";

export type Examples = Pick<OperationExtras, "requestExamples" | "answerExamples">;
