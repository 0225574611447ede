export { setSuccessStatus } from "./call/success-status.ts";
export { type CapturedMethod, type CapturedServices, captureServices } from "./capture.ts";
export { createJsonReader, type JsonReader } from "./codec/json-reader.ts";
export { type JsonStyle, protoJson, restJson } from "./codec/json-style.ts";
export { createJsonWriter, type JsonWriter } from "./codec/json-writer.ts";
export type { ErrorInfo } from "./error/error-answer.ts";
export type { NodeHandler, NodeRequest, NodeResponse } from "./http/node-http.ts";
export { createRest, type RestOptions } from "./rest.ts";
export { RuleError } from "./rule/compile-rules.ts";
