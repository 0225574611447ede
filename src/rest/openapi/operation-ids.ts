import type { DescMethod } from "@bufbuild/protobuf";

/**
 * Gives each operation a name of its own, as generated clients call it: that of the
 * method, `createSession`. A method of that name in a later service has its service
 * before it; the second binding of a method has a 2 behind it. What was named
 * before stays as it is when services and bindings are added at the end.
 */
export class OperationIds {
  readonly #taken = new Set<string>();
  readonly #methods = new Map<DescMethod, string>();

  next(method: DescMethod): string {
    const known = this.#methods.get(method);
    const base = known ?? this.#baseOf(method);
    this.#methods.set(method, base);
    let id = base;
    for (let i = 2; this.#taken.has(id); i++) id = `${base}${i}`;
    this.#taken.add(id);
    return id;
  }

  #baseOf({ name, parent }: DescMethod): string {
    const short = lowerFirst(name);
    return this.#taken.has(short) ? `${lowerFirst(parent.name)}${name}` : short;
  }
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
