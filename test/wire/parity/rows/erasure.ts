import { ErasureService } from "../../../../gen/parley/v1/erasure_service_pb.js";
import { type Row, row } from "./row.ts";

const { method: erasure } = ErasureService;
const headers = { "x-roles": "admin" };
const unknown = { erasureId: "01a1fcac-e968-74bd-815e-28ec337b4f0a" };

/** Erasures of users; what they do stands in test/e2e/erasure. */
export const ERASURE_ROWS: readonly Row[] = [
  row(erasure.eraseUser, [
    { name: "of a user", input: { userId: "gone", requestId: "e-1" }, headers },
    {
      name: "under the name of another one",
      input: { userId: "other", requestId: "e-1" },
      headers,
      fails: "idempotency_conflict",
    },
    { name: "by a user", input: { userId: "gone" }, fails: "scope_denied" },
    {
      name: "of nobody that can be",
      input: { userId: "no body" },
      headers,
      fails: "invalid_argument",
    },
  ]),
  row(erasure.getErasure, [
    { name: "that is not there", input: unknown, headers, fails: "erasure_not_found" },
    { name: "by a user", input: unknown, fails: "scope_denied" },
  ]),
];
