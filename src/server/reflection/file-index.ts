import {
  type DescExtension,
  type DescField,
  type DescFile,
  type DescMessage,
  type DescService,
  toBinary,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/**
 * All files that a set of services needs, to be found by path, by symbol and by
 * extension: their own, those they import, and so on to the end.
 */
export class FileIndex {
  readonly services: readonly string[];
  readonly #byName = new Map<string, DescFile>();
  readonly #bySymbol = new Map<string, DescFile>();
  readonly #messages = new Set<string>();
  readonly #extensions = new Map<string, Map<number, DescFile>>();
  readonly #encoded = new WeakMap<DescFile, Uint8Array>();

  constructor(services: readonly DescService[]) {
    this.services = services.map(({ typeName }) => typeName);
    for (const { file } of services) this.#add(file);
  }

  byName(path: string): DescFile | undefined {
    return this.#byName.get(path);
  }

  bySymbol(symbol: string): DescFile | undefined {
    return this.#bySymbol.get(symbol);
  }

  byExtension(message: string, number: number): DescFile | undefined {
    return this.#extensions.get(message)?.get(number);
  }

  /** Numbers of a message's extensions, ascending; undefined for no message. */
  extensionNumbers(message: string): number[] | undefined {
    if (!this.#messages.has(message)) return undefined;
    return [...(this.#extensions.get(message)?.keys() ?? [])].sort((a, b) => a - b);
  }

  /** A file as an encoded FileDescriptorProto. */
  encode(file: DescFile): Uint8Array {
    let bytes = this.#encoded.get(file);
    if (bytes === undefined) {
      bytes = toBinary(FileDescriptorProtoSchema, file.proto);
      this.#encoded.set(file, bytes);
    }
    return bytes;
  }

  #add(file: DescFile): void {
    // `file.name` lacks the ending.
    const { name: path } = file.proto;
    if (this.#byName.has(path)) return;
    this.#byName.set(path, file);
    for (const type of nestedTypes(file)) {
      if (type.kind === "extension") this.#addExtension(type, file);
      if (type.kind === "message") this.#messages.add(type.typeName);
      for (const symbol of symbolsOf(type)) this.#bySymbol.set(symbol, file);
    }
    for (const dependency of file.dependencies) this.#add(dependency);
  }

  #addExtension({ extendee, number }: DescExtension, file: DescFile): void {
    const numbers = this.#extensions.get(extendee.typeName) ?? new Map<number, DescFile>();
    this.#extensions.set(extendee.typeName, numbers.set(number, file));
  }
}

type Type = ReturnType<typeof nestedTypes> extends Iterable<infer T> ? T : never;

/** A type's full name and those of its members; an enum's values are its siblings. */
function symbolsOf(type: Type): string[] {
  const { typeName } = type;
  switch (type.kind) {
    case "message":
      return [typeName, ...members(type).map(({ name }) => `${typeName}.${name}`)];
    case "service":
      return [typeName, ...type.methods.map(({ name }) => `${typeName}.${name}`)];
    case "enum": {
      const scope = typeName.slice(0, typeName.lastIndexOf(".") + 1);
      return [typeName, ...type.values.map(({ name }) => `${scope}${name}`)];
    }
    default:
      return [typeName];
  }
}

function members(message: DescMessage): { readonly name: string }[] {
  const fields: readonly DescField[] = message.fields;
  return [...fields, ...message.oneofs];
}
