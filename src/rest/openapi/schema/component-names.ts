/**
 * Gives every component a name of its own: the short one if it is free, else the
 * full one, else that with a number. Names depend on the order of asking only.
 */
export class ComponentNames {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  /**
   * The name of what `key` stands for.
   * @param full the type's name with its package
   * @param scope the package
   * @param suffix what comes after the name
   */
  name(key: string, full: string, scope: string, suffix = ""): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const short = scope === "" ? full : full.slice(scope.length + 1);
    const name = this.#free([`${short}${suffix}`, `${full}${suffix}`]);
    this.#names.set(key, name);
    return name;
  }

  #free(candidates: readonly [string, string]): string {
    const [, full] = candidates;
    let name = candidates.find((candidate) => !this.#taken.has(candidate));
    for (let i = 2; name === undefined; i++) {
      if (!this.#taken.has(`${full}${i}`)) name = `${full}${i}`;
    }
    this.#taken.add(name);
    return name;
  }
}
