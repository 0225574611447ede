import type { ServiceImpl } from "@connectrpc/connect";
import type { ShareService } from "../../../gen/parley/v1/share_service_pb.js";
import type { Context } from "../../context.ts";
import { createShareLink } from "./create-share-link.ts";
import { getAccess } from "./get-access.ts";
import { listSharedSessions } from "./list-shared-sessions.ts";
import { listShares } from "./list-shares.ts";
import { openShareLink } from "./open-share-link.ts";
import { previewShareLink } from "./preview-share-link.ts";
import { revokeShare } from "./revoke-share.ts";
import { shareSession } from "./share-session.ts";
import { transferSession } from "./transfer-session.ts";
import { updateShare } from "./update-share.ts";

export function shareService(context: Context) {
  return {
    shareSession: shareSession(context),
    createShareLink: createShareLink(context),
    listShares: listShares(context),
    updateShare: updateShare(context),
    revokeShare: revokeShare(context),
    getAccess: getAccess(context),
    listSharedSessions: listSharedSessions(context),
    previewShareLink: previewShareLink(context),
    openShareLink: openShareLink(context),
    transferSession: transferSession(context),
  } satisfies ServiceImpl<typeof ShareService>;
}
