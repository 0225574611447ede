import type {
  DescriptorProto,
  EnumDescriptorProto,
  FileDescriptorProto,
  FileDescriptorSet,
  ServiceDescriptorProto,
} from "@bufbuild/protobuf/wkt";

/**
 * Comments of a schema by full name: `pkg.Message`, `pkg.Message.field`,
 * `pkg.Enum.VALUE`, `pkg.Service.Method`.
 */
export type Comments = ReadonlyMap<string, string>;

// Numbers of the fields on the way to a declaration, in descriptor.proto.
const FILE = { message: 4, enum: 5, service: 6 };
const MESSAGE = { field: 2, nested: 3, enum: 4, oneof: 8 };
const VALUE = 2;
const METHOD = 2;

/** Told of every declaration with its full name and its path in the file. */
type Visit = (name: string, path: readonly number[]) => void;

/**
 * The comments before the declarations of a descriptor set that has its source info,
 * as `buf build --as-file-descriptor-set` makes it. Generated code has none: whoever
 * generates it leaves the comments out. Lines of a paragraph are joined.
 */
export function readComments({ file: files }: FileDescriptorSet): Comments {
  const comments = new Map<string, string>();
  for (const file of files) {
    const texts = new Map(
      file.sourceCodeInfo?.location.map(({ path, leadingComments }) => [
        path.join(),
        leadingComments,
      ]),
    );
    visitFile(file, (name, path) => {
      const text = texts.get(path.join());
      if (text) comments.set(name, toMarkdown(text));
    });
  }
  return comments;
}

function visitFile(file: FileDescriptorProto, visit: Visit): void {
  file.messageType.forEach((message, i) => {
    visitMessage(message, file.package, [FILE.message, i], visit);
  });
  file.enumType.forEach((value, i) => {
    visitEnum(value, file.package, [FILE.enum, i], visit);
  });
  file.service.forEach((service, i) => {
    visitService(service, file.package, [FILE.service, i], visit);
  });
}

function visitMessage(
  message: DescriptorProto,
  scope: string,
  path: readonly number[],
  visit: Visit,
): void {
  const name = within(scope, message.name);
  visit(name, path);
  message.field.forEach((field, i) => {
    visit(within(name, field.name), [...path, MESSAGE.field, i]);
  });
  message.oneofDecl.forEach((oneof, i) => {
    visit(within(name, oneof.name), [...path, MESSAGE.oneof, i]);
  });
  message.nestedType.forEach((nested, i) => {
    visitMessage(nested, name, [...path, MESSAGE.nested, i], visit);
  });
  message.enumType.forEach((nested, i) => {
    visitEnum(nested, name, [...path, MESSAGE.enum, i], visit);
  });
}

function visitEnum(
  desc: EnumDescriptorProto,
  scope: string,
  path: readonly number[],
  visit: Visit,
): void {
  const name = within(scope, desc.name);
  visit(name, path);
  desc.value.forEach((value, i) => {
    visit(within(name, value.name), [...path, VALUE, i]);
  });
}

function visitService(
  service: ServiceDescriptorProto,
  scope: string,
  path: readonly number[],
  visit: Visit,
): void {
  const name = within(scope, service.name);
  visit(name, path);
  service.method.forEach((method, i) => {
    visit(within(name, method.name), [...path, METHOD, i]);
  });
}

function within(scope: string, name: string): string {
  return scope === "" ? name : `${scope}.${name}`;
}

/** Line breaks within a paragraph are those of the source file and mean nothing; lists keep theirs. */
function toMarkdown(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^ /, "").trimEnd())
    .join("\n")
    .trim()
    .replace(/(?<!\n)\n(?![\n\s]|[-*] |[0-9]+\. )/g, " ");
}
