import type { ServiceImpl } from "@connectrpc/connect";
import type { KeyService } from "../../../gen/parley/v1/key_service_pb.js";
import type { Context } from "../../context.ts";
import { createApiKey } from "./create-api-key.ts";
import { getApiKey } from "./get-api-key.ts";
import { listApiKeys } from "./list-api-keys.ts";
import { revokeApiKey } from "./revoke-api-key.ts";
import { rotateApiKey } from "./rotate-api-key.ts";

export function keyService(context: Context) {
  return {
    createApiKey: createApiKey(context),
    listApiKeys: listApiKeys(context),
    getApiKey: getApiKey(context),
    rotateApiKey: rotateApiKey(context),
    revokeApiKey: revokeApiKey(context),
  } satisfies ServiceImpl<typeof KeyService>;
}
