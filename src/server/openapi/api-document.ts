import { createConnectRouter } from "@connectrpc/connect";
import { SERVICES } from "../../api/index.ts";
import { captureServices } from "../../rest/index.ts";
import {
  type Comments,
  createOpenApi,
  type Info,
  type OpenApiDocument,
} from "../../rest/openapi/index.ts";
import { ERROR_SCHEMA } from "./error-schema.ts";
import { describeParley } from "./parley-extras.ts";
import { SECURITY } from "./security.ts";

const DESCRIPTION = `Sessions of AI agents and assistants: who owns a conversation, what was said in which order, and who
may see it. A session is an append-only log of events with a small head; messages, turns and a live
watch are views of it. Wherever a \`session_id\` is taken, the owner may give the \`external_id\` instead.

**Runs.** A session that is created with a \`prompt\` is a run: a worker does its work. In a conversation
a worker does the tasks that are submitted to it. The worker's methods need the role \`worker\`; accounts
are there where they are on (\`PARLEY_ACCOUNTS\`).

**JSON.** Names are in snake_case; lowerCamelCase is read too. What is not set is null, and may be
sent so. Fields that are only read may be sent back as they were read. Names that are unknown are
refused.

**Callers** prove who they are by an API key or a token, unless the server believes headers
(\`PARLEY_AUTH=dev\`). Each operation names the scope that the credential needs; \`…:write\` holds
\`…:read\` too, and \`admin\` every scope.

**Retries.** A write with an \`Idempotency-Key\` can be sent again: for 24 hours it is done once.

**Time limits.** \`X-Server-Timeout\` (seconds), \`Connect-Timeout-Ms\` or \`Grpc-Timeout\` say how long
an answer may take: 30 seconds unless said, and as long as a \`wait_ms\` says besides; 5 minutes at most.

**Requests have ids.** Every answer has an \`X-Request-Id\`: the one of the request, if it has one.

**Compression.** Gzip and Brotli, both ways.

The same calls are there over gRPC, gRPC-Web and Connect, on the same port.`;

/**
 * Parley's OpenAPI document.
 * @param comments the comments of the protos; they are not in the generated code
 */
export function apiDocument(version: string, comments: Comments): OpenApiDocument {
  const { router, methods } = captureServices(createConnectRouter());
  for (const service of SERVICES) router.service(service, {});
  const info: Info = {
    title: "Parley",
    summary: "A session service for AI agents.",
    description: DESCRIPTION,
    version,
    license: { name: "Apache License 2.0", identifier: "Apache-2.0" },
  };
  return createOpenApi({
    methods,
    info,
    comments,
    security: SECURITY,
    error: { name: "Error", schema: ERROR_SCHEMA },
    extras: describeParley,
  });
}
