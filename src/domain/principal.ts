/** Who calls. Made by authentication, read by everything that decides. */
export interface Principal {
  readonly tenantId: string;
  readonly userId: string;
  readonly roles: ReadonlySet<Role>;
  /** How the caller proved who it is; `parley` where the service acts for a session's owner. */
  readonly via: "dev" | "parley";
}

export const ROLES = ["user", "worker", "admin"] as const;
export type Role = (typeof ROLES)[number];
