/** How what stands in the place of an erased user begins. */
const PREFIX = "erased:";

/**
 * What stands in the place of an erased user. Random, so that nobody finds out by trying whose it
 * is. No caller can have it as a name that a person would be given.
 * @param uuid a random one
 */
export function pseudonymOf(uuid: string): string {
  return `${PREFIX}${uuid.replaceAll("-", "")}`;
}
