export { type Comments, readComments } from "./comments.ts";
export { createOpenApi } from "./document.ts";
export type * from "./open-api.ts";
export type * from "./options.ts";
