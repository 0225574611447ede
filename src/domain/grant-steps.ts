import { clone, create } from "@bufbuild/protobuf";
import { type Grant, GrantSchema, type Head } from "../../gen/parley/store/v1/head_pb.js";
import type { Event } from "../../gen/parley/v1/event_pb.js";
import type { Session } from "../../gen/parley/v1/session_pb.js";
import {
  type OwnershipTransferred,
  type Share,
  ShareSchema,
} from "../../gen/parley/v1/share_pb.js";
import { shareOf } from "./grant.ts";

type Payload = Event["payload"];
type Step = Extract<
  Payload,
  {
    case:
      | "sessionShared"
      | "shareChanged"
      | "shareRevoked"
      | "shareLinkOpened"
      | "ownershipTransferred";
  }
>;

/** What an event says of who is let in. */
export function applyToGrants(head: Head, session: Session, step: Step): void {
  switch (step.case) {
    case "sessionShared": {
      const { share, secretDigest } = step.value;
      head.visited = true;
      if (share !== undefined) head.grants.push(grant(share, secretDigest));
      return;
    }
    case "shareChanged":
      head.grants = head.grants.map((held) =>
        step.value.share !== undefined && shareOf(held).shareId === step.value.share.shareId
          ? grant(step.value.share, held.secretDigest)
          : held,
      );
      return;
    case "shareRevoked":
      head.grants = head.grants.filter((held) => shareOf(held).shareId !== step.value.shareId);
      return;
    case "shareLinkOpened": {
      const opened = head.grants.find((held) => shareOf(held).shareId === step.value.shareId);
      opened?.share?.openedBy.push(step.value.userId);
      return;
    }
    case "ownershipTransferred":
      transfer(head, session, step.value);
      return;
  }
}

/** The new owner needs no share of its own session, and the second name was the former one's. */
function transfer(head: Head, session: Session, given: OwnershipTransferred): void {
  session.userId = given.toUserId;
  head.visited = true;
  delete session.externalId;
  head.grants = head.grants.flatMap((held) => {
    const share = clone(ShareSchema, shareOf(held));
    share.recipients = share.recipients.filter((name) => name !== given.toUserId);
    share.openedBy = share.openedBy.filter((name) => name !== given.toUserId);
    const names = share.recipients.length + share.groups.length;
    return names === 0 && !share.link ? [] : [grant(share, held.secretDigest)];
  });
  if (given.kept !== undefined) head.grants.push(grant(given.kept, new Uint8Array()));
}

/** What is in a head is changed with it, and what is in an event never is. */
function grant(share: Share, secretDigest: Uint8Array): Grant {
  return create(GrantSchema, { share: clone(ShareSchema, share), secretDigest });
}
