import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import type { Head } from "../../gen/parley/store/v1/head_pb.js";
import { ActorSchema, ActorType } from "../../gen/parley/v1/event_pb.js";
import { Permission, type Share, ShareSchema } from "../../gen/parley/v1/share_pb.js";
import { changeState } from "../../src/domain/decision.ts";
import type { EventDraft } from "../../src/domain/event.ts";
import { linkName } from "../../src/domain/grant.ts";
import type { Journal } from "../../src/journal/port.ts";
import { addressOf, committed, deleted, newSession, operation } from "./journal-writes.ts";

const NOW = new Date("2026-05-01T12:00:00.000Z");
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

/** What every journal does with the index of shares. */
export function shareContract(journalOf: () => Journal): void {
  /** The session after an event of its shares. */
  async function happened(head: Head, payload: EventDraft["payload"]): Promise<Head> {
    const actor = create(ActorSchema, { type: ActorType.USER, id: head.session!.userId });
    const draft = { eventId: randomUUID(), at: NOW, actor, payload };
    const outcome = await journalOf().changeSession({
      operation: operation(),
      uid: head.uid,
      basedOn: { state: head.session!.stateVersion },
      ...changeState(head, [draft], { movesGate: true }),
    });
    return committed(outcome).head;
  }

  const share = (of: Partial<Share>): Share => ({
    ...create(ShareSchema, { shareId: randomUUID(), permissions: Permission.VIEW }),
    createdAt: timestampFromDate(NOW),
    ...of,
  });
  const shared = (head: Head, of: Partial<Share>, secretDigest = new Uint8Array()) =>
    happened(head, { case: "sessionShared", value: { share: share(of), secretDigest } });
  const tenantId = () => `tenant-${randomUUID()}`;
  const query = { userId: "guest", names: ["u:guest"], now: NOW, limit: 10, offset: 0 };
  const listed = async (of: { tenantId: string } & Partial<typeof query>) => {
    const { entries, hasMore } = await journalOf().listShared({ ...query, ...of });
    return { uids: entries.map(({ head }) => head.uid), hasMore };
  };

  describe("shares", () => {
    it("let a living session be found by those they name, and by nobody else", async () => {
      const journal = journalOf();
      const head = await newSession(journal, { tenantId: tenantId() });
      const guest = { ...addressOf(head, "guest"), grantees: ["g:team", "u:guest"] };
      const found = async (of = {}) => (await journal.readHead({ ...guest, ...of }))?.uid;
      expect(await found()).toBeUndefined();
      const open = await shared(head, { recipients: ["guest"], groups: ["team"] });
      expect(await found()).toBe(head.uid);
      expect(await found({ grantees: ["g:team"] })).toBe(head.uid);
      expect(await found({ grantees: ["g:other", "u:guest2"] })).toBeUndefined();
      expect(await found({ grantees: undefined })).toBeUndefined();
      expect(await found({ tenantId: tenantId() })).toBeUndefined();
      await deleted(journal, open);
      expect(await found()).toBeUndefined();
    });

    it("come behind what their reader has of its own", async () => {
      const journal = journalOf();
      const tenant = tenantId();
      const head = await newSession(journal, { tenantId: tenant });
      await shared(head, { recipients: ["guest"] });
      const own = { tenantId: tenant, userId: "guest", externalId: head.session!.sessionId };
      const mine = await newSession(journal, own);
      const address = { ...addressOf(head, "guest"), grantees: ["u:guest"] };
      expect((await journal.readHead(address))?.uid).toBe(mine.uid);
      await deleted(journal, mine);
      expect((await journal.readHead(address))?.uid).toBe(head.uid);
    });

    it("follow their events: changed, revoked, opened, given away", async () => {
      const journal = journalOf();
      const tenant = tenantId();
      let head = await newSession(journal, { tenantId: tenant });
      const one = share({ recipients: ["guest", "Guest@Example.com"] });
      head = await happened(head, { case: "sessionShared", value: { share: one } });
      expect((await listed({ tenantId: tenant })).uids).toEqual([head.uid]);
      const byAddress = { tenantId: tenant, names: ["e:guest@example.com"] };
      expect((await listed(byAddress)).uids).toEqual([head.uid]);
      const over = { ...one, expiresAt: timestampFromDate(later(1)) };
      head = await happened(head, { case: "shareChanged", value: { share: over } });
      expect((await listed({ tenantId: tenant, now: later(1) })).uids).toEqual([]);
      expect((await listed({ tenantId: tenant })).uids).toEqual([head.uid]);
      head = await happened(head, { case: "shareRevoked", value: { shareId: one.shareId } });
      expect((await listed({ tenantId: tenant })).uids).toEqual([]);
      const digest = Buffer.from(randomUUID().replaceAll("-", ""), "hex");
      const link = share({ link: true });
      const value = { share: link, secretDigest: digest };
      head = await happened(head, { case: "sessionShared", value });
      expect((await journal.findShared(tenant, linkName(digest)))?.uid).toBe(head.uid);
      expect(await journal.findShared(tenantId(), linkName(digest))).toBeUndefined();
      head = await happened(head, {
        case: "shareLinkOpened",
        value: { shareId: link.shareId, userId: "guest" },
      });
      expect((await listed({ tenantId: tenant })).uids).toEqual([head.uid]);
      const before = addressOf(head);
      head = await happened(head, {
        case: "ownershipTransferred",
        value: { fromUserId: head.session!.userId, toUserId: "guest" },
      });
      expect((await listed({ tenantId: tenant })).uids).toEqual([]);
      expect(await journal.readHead(before)).toBeUndefined();
      expect((await journal.readHead(addressOf(head, "guest")))?.uid).toBe(head.uid);
      const own = { tenantId: tenant, userId: "guest", now: NOW, order: "desc", limit: 5 } as const;
      const list = await journal.listSessions({ ...own, offset: 0 });
      expect(list.heads.map(({ uid }) => uid)).toEqual([head.uid]);
    });

    it("are listed with the last one first, by page, and without what is over", async () => {
      const journal = journalOf();
      const tenant = tenantId();
      const uids: string[] = [];
      for (let n = 0; n < 5; n++) {
        const expiresAt = timestampFromDate(later(n === 4 ? 0 : 60));
        const head = await newSession(journal, { tenantId: tenant, expiresAt });
        const createdAt = timestampFromDate(later(n));
        await shared(head, { recipients: ["guest"], createdAt });
        if (n < 4) uids.unshift(head.uid);
      }
      expect(await listed({ tenantId: tenant })).toEqual({ uids, hasMore: false });
      const page = await listed({ tenantId: tenant, limit: 2, offset: 1 });
      expect(page).toEqual({ uids: uids.slice(1, 3), hasMore: true });
      expect((await listed({ tenantId: tenant, names: [] })).uids).toEqual([]);
      // Whose it is needs no share.
      expect((await listed({ tenantId: tenant, userId: "user-1" })).uids).toEqual([]);
    });
  });
}
