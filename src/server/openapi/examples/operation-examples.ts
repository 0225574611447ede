import type { OperationExtras } from "../../../rest/openapi/index.ts";

export type OperationExamples = Pick<OperationExtras, "requestExamples" | "answerExamples">;
