import type { Examples } from "./example-table.ts";

const SHARE = {
  share_id: "01a1fcac-e968-74bd-815e-28ec337b4f11",
  permissions: "edit",
  recipients: ["bob", "carol@example.com"],
  groups: ["research"],
  link: false,
  opened_by: [],
  message: "Please check the sources.",
  expires_at: "2027-02-01T00:00:00Z",
  created_at: "2027-01-02T03:04:05Z",
  created_by: "dev-user",
};

const WISH = {
  recipients: SHARE.recipients,
  groups: SHARE.groups,
  permissions: "edit",
  expiration: "2027-01-31",
  message: SHARE.message,
};

export const SHARE_EXAMPLES: Readonly<Record<string, Examples>> = {
  shareSession: {
    requestExamples: { share: { value: WISH } },
    answerExamples: {
      shared: {
        value: {
          share_id: SHARE.share_id,
          share_url: "https://parley.example.com/api/v1/sessions/compare",
          recipients: SHARE.recipients,
          expires_at: SHARE.expires_at,
          share: SHARE,
        },
      },
    },
  },
  listShares: { answerExamples: { shares: { value: { shares: [SHARE] } } } },
  updateShare: {
    requestExamples: { less: { value: { permissions: "view" } } },
    answerExamples: { share: { value: { ...SHARE, permissions: "view" } } },
  },
  transferSession: {
    requestExamples: { transfer: { value: { to_user_id: "bob", keep: "view" } } },
  },
};
