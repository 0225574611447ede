import { KeyService } from "../../../../gen/parley/v1/key_service_pb.js";
import { type Row, row } from "./row.ts";

const { method: keys } = KeyService;
const admin = { "x-roles": "admin" };
const unknown = { keyId: "01a1fcac-e968-74bd-815e-28ec337b4f0a" };

/** API keys; what is done with one that is there stands in test/e2e/access. */
export const KEY_ROWS: readonly Row[] = [
  row(keys.createApiKey, [
    { name: "for oneself", input: { name: "mine", requestId: "k-1" } },
    { name: "again, without its secret", input: { name: "mine", requestId: "k-1" } },
    {
      name: "under the name of another one",
      input: { name: "other", requestId: "k-1" },
      fails: "idempotency_conflict",
    },
    {
      name: "for another, by an admin",
      input: { name: "bob's", userId: "bob", scopes: ["sessions:read"], ttl: { seconds: 60n } },
      headers: admin,
    },
    { name: "for another", input: { name: "x", userId: "bob" }, fails: "scope_denied" },
    {
      name: "of a role one has not",
      input: { name: "x", roles: ["admin"] },
      fails: "scope_denied",
    },
    {
      name: "of a scope there is not",
      input: { name: "x", scopes: ["all"] },
      fails: "invalid_argument",
    },
    { name: "without a name", input: { name: "" }, fails: "invalid_argument" },
  ]),
  row(keys.listApiKeys, [
    { name: "one's own", input: {} },
    { name: "all, by an admin", input: { limit: 1 }, headers: admin },
    { name: "another's", input: { userId: "bob" }, fails: "scope_denied" },
    { name: "too many", input: { limit: 101 }, fails: "invalid_argument" },
  ]),
  row(keys.getApiKey, [{ name: "that is not there", input: unknown, fails: "key_not_found" }]),
  row(keys.rotateApiKey, [
    { name: "that is not there", input: unknown, fails: "key_not_found" },
    {
      name: "for too long",
      input: { ...unknown, overlap: { seconds: 2_592_001n } },
      fails: "invalid_argument",
    },
  ]),
  row(keys.revokeApiKey, [{ name: "that is not there", input: unknown, fails: "key_not_found" }]),
];
