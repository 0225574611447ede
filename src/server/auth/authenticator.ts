import type { Principal } from "../../domain/principal.ts";

/** One way to prove who calls. */
export interface Authenticator {
  readonly name: string;
  /**
   * The caller, or undefined if the request carries no credential of this kind.
   * Throws `unauthenticated` for one that is not good, `invalid_argument` for one
   * that is malformed.
   */
  authenticate(header: Headers): Principal | undefined | Promise<Principal | undefined>;
  /**
   * True while a caller that it has admitted would be admitted again: asked about
   * streams, which may last longer than what they began with. Without it, always.
   */
  isStillGood?(caller: Principal): boolean | Promise<boolean>;
}
