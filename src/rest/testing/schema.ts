import {
  create,
  createFileRegistry,
  type DescField,
  type DescMessage,
  type DescService,
  type FileRegistry,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import {
  type DescriptorProtoSchema,
  type FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  FieldDescriptorProto_Label as Label,
  MethodOptionsSchema,
  type FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { http } from "../../../gen/google/api/annotations_pb.js";
import type { HttpRuleSchema } from "../../../gen/google/api/http_pb.js";
import { file_google_api_httpbody } from "../../../gen/google/api/httpbody_pb.js";
import {
  type MethodRuleSchema,
  method as methodRule,
} from "../../../gen/rest/v1/annotations_pb.js";
import { file_rest_v1_upload } from "../../../gen/rest/v1/upload_pb.js";

// Schemas made at run time, for tests of rules and types that no service here has.

type Field = MessageInitShape<typeof FieldDescriptorProtoSchema>;
type Message = MessageInitShape<typeof DescriptorProtoSchema>;

/** A method of a test service. Types are names within the package, or full ones. */
export interface TestMethod {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly http?: MessageInitShape<typeof HttpRuleSchema>;
  readonly rest?: MessageInitShape<typeof MethodRuleSchema>;
  readonly clientStreaming?: boolean;
  readonly serverStreaming?: boolean;
}

const imports = [
  file_google_api_httpbody,
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  file_rest_v1_upload,
];

/** A file `test.proto` of package `test`, with a service `test.Service` for the methods. */
export function defineSchema(
  init: Omit<MessageInitShape<typeof FileDescriptorProtoSchema>, "$typeName">,
  methods: readonly TestMethod[] = [],
): FileRegistry {
  const file = create(FileDescriptorProtoSchema, {
    name: "test.proto",
    package: "test",
    syntax: "proto3",
    dependency: imports.map(({ proto }) => proto.name),
    service: [{ name: "Service", method: methods.map(defineMethod) }],
    ...init,
  });
  return createFileRegistry(
    file,
    (name) => imports.find(({ proto }) => proto.name === name)?.proto,
  );
}

function defineMethod(init: TestMethod) {
  const options = create(MethodOptionsSchema);
  if (init.http !== undefined) setExtension(options, http, init.http as never);
  if (init.rest !== undefined) setExtension(options, methodRule, init.rest as never);
  return {
    name: init.name,
    inputType: typeName(init.input),
    outputType: typeName(init.output),
    clientStreaming: init.clientStreaming ?? false,
    serverStreaming: init.serverStreaming ?? false,
    options,
  };
}

function typeName(name: string): string {
  return name.includes(".") ? `.${name}` : `.test.${name}`;
}

/** A singular field. `typeName` is fully qualified, for messages and enums. */
export function field(name: string, number: number, type: Type, typeName?: string): Field {
  const base = { name, number, type, label: Label.OPTIONAL, jsonName: camel(name) };
  return typeName === undefined ? base : { ...base, typeName: `.${typeName}` };
}

export function repeated(init: Field): Field {
  return { ...init, label: Label.REPEATED };
}

export function message(name: string, fields: Field[], rest: Omit<Message, "$typeName"> = {}) {
  return { name, field: fields, ...rest };
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function getMessage(registry: FileRegistry, name: string): DescMessage {
  return registry.getMessage(`test.${name}`) ?? missing(name);
}

export function getService(registry: FileRegistry): DescService {
  return registry.getService("test.Service") ?? missing("Service");
}

export function getField(desc: DescMessage, name: string): DescField {
  return desc.fields.find((candidate) => candidate.name === name) ?? missing(name);
}

function missing(name: string): never {
  throw new Error(`the test schema has no ${name}`);
}
