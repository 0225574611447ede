import { createServer } from "node:http";
import type { Message } from "@bufbuild/protobuf";
import { FieldDescriptorProto_Type as Type } from "@bufbuild/protobuf/wkt";
import { createConnectRouter, type HandlerContext } from "@connectrpc/connect";
import { FieldBehavior } from "../../../gen/google/api/field_behavior_pb.js";
import { captureServices } from "../capture.ts";
import type { Properties } from "../codec/local-value.ts";
import { createRest, type RestOptions } from "../rest.ts";
import { fieldBehavior } from "./field-options.ts";
import { defineSchema, field, getService, message, repeated, type TestMethod } from "./schema.ts";
import { listen } from "./small-service.ts";

const HTTP_BODY = "google.api.HttpBody";
const UPLOAD = "rest.v1.Upload";
const MASK = "google.protobuf.FieldMask";

const file = (name: string, number: number, type: string) =>
  field(name, number, Type.MESSAGE, type);

const messageType = [
  message("Owner", [
    field("name", 1, Type.STRING),
    field("age", 2, Type.INT32),
    { ...field("since", 3, Type.STRING), options: fieldBehavior(FieldBehavior.OUTPUT_ONLY) },
  ]),
  message(
    "Note",
    [
      { ...field("title", 1, Type.STRING), proto3Optional: true, oneofIndex: 0 },
      repeated(field("tags", 2, Type.STRING)),
      field("owner", 3, Type.MESSAGE, "test.Owner"),
      field("extra", 4, Type.MESSAGE, "google.protobuf.Struct"),
      { ...field("made_at", 5, Type.STRING), options: fieldBehavior(FieldBehavior.OUTPUT_ONLY) },
      repeated(field("labels", 6, Type.MESSAGE, "test.Note.LabelsEntry")),
      field("data", 7, Type.BYTES),
      field("due_on", 8, Type.MESSAGE, "google.protobuf.Timestamp"),
      field("note", 9, Type.MESSAGE, "test.Note"),
    ],
    {
      oneofDecl: [{ name: "_title" }],
      nestedType: [
        message("LabelsEntry", [field("key", 1, Type.STRING), field("value", 2, Type.STRING)], {
          options: { mapEntry: true },
        }),
      ],
    },
  ),
  message("Edit", [
    field("id", 1, Type.STRING),
    field("note", 2, Type.MESSAGE, "test.Note"),
    field("update_mask", 3, Type.MESSAGE, MASK),
    field("if_match", 4, Type.STRING),
    repeated(field("notes", 5, Type.MESSAGE, "test.Note")),
    field("count", 6, Type.INT32),
  ]),
  message("Masks", [
    field("note", 1, Type.MESSAGE, "test.Note"),
    field("one", 2, Type.MESSAGE, MASK),
    field("two", 3, Type.MESSAGE, MASK),
  ]),
  message(
    "Attach",
    [
      field("id", 1, Type.STRING),
      file("file", 2, UPLOAD),
      repeated(file("files", 3, UPLOAD)),
      field("data", 4, Type.BYTES),
      repeated(field("blobs", 5, Type.BYTES)),
      file("content", 6, HTTP_BODY),
      field("caption", 7, Type.STRING),
      field("count", 8, Type.INT32),
      field("note", 9, Type.MESSAGE, "test.Note"),
      repeated(field("notes", 10, Type.MESSAGE, "test.Note")),
      repeated(field("tags", 11, Type.STRING)),
      { ...file("first", 12, UPLOAD), oneofIndex: 0 },
      { ...field("second", 13, Type.STRING), oneofIndex: 0 },
    ],
    { oneofDecl: [{ name: "choice" }] },
  ),
  message("Stored", [
    field("id", 1, Type.STRING),
    file("file", 2, HTTP_BODY),
    field("tag", 3, Type.STRING),
  ]),
];

const method = (
  name: string,
  input: string,
  output: string,
  http: NonNullable<TestMethod["http"]>,
  rest: Partial<TestMethod> = {},
): TestMethod => ({ name, input, output, http, ...rest });

const post = (path: string, body: string) => ({
  pattern: { case: "post" as const, value: path },
  body,
});
const patch = (path: string, body: string) => ({
  pattern: { case: "patch" as const, value: path },
  body,
});
const get = (path: string, responseBody = "") => ({
  pattern: { case: "get" as const, value: path },
  responseBody,
});

const service = getService(
  defineSchema({ messageType }, [
    method("Save", "Edit", "Edit", post("/notes", "*")),
    method("SaveNote", "Edit", "Edit", post("/notes/{id}/note", "note")),
    method("SaveCount", "Edit", "Edit", post("/notes/{id}/count", "count")),
    method("EditNote", "Edit", "Edit", patch("/notes/{id}", "note"), {
      rest: { ifMatchField: "if_match" },
    }),
    method("EditAll", "Edit", "Edit", patch("/all/{id}", "*"), {
      rest: { ifMatchField: "if_match" },
    }),
    method("EditAsSent", "Edit", "Edit", patch("/as-sent/{id}", "*"), {
      rest: { explicitMaskOnly: true },
    }),
    method("EditMasks", "Masks", "Masks", patch("/masks", "note")),
    method("Attach", "Attach", "Attach", post("/attach/{id}", "*")),
    method("AttachFile", "Attach", "Attach", post("/attach/{id}/file", "file")),
    method("AttachFiles", "Attach", "Attach", post("/attach/{id}/files", "files")),
    method("AttachData", "Attach", "Attach", post("/attach/{id}/data", "data")),
    method("Store", "Stored", "Stored", {
      ...post("/files/{id}", "file"),
      responseBody: "file",
    }),
    method("Load", "Stored", "Stored", get("/files/{id}", "file"), { rest: { etagField: "tag" } }),
    method("Convert", HTTP_BODY, HTTP_BODY, post("/convert", "*")),
    method("Download", "Stored", HTTP_BODY, get("/download/{id}"), { serverStreaming: true }),
    method("DownloadFile", "Stored", "Stored", get("/download/{id}/file", "file"), {
      serverStreaming: true,
    }),
    method("Chat", "Stored", "Stored", get("/chat"), {
      clientStreaming: true,
      serverStreaming: true,
    }),
    method("Collect", HTTP_BODY, "Stored", post("/collect", "*"), { clientStreaming: true }),
  ]),
);

/** Serves methods with every kind of body. Those without a handler give their input back. */
export async function openBodyService(
  handlers: Record<string, (input: never, ctx: HandlerContext) => unknown> = {},
  options: Partial<RestOptions> = {},
) {
  const inputs: Message[] = [];
  const captured = captureServices(createConnectRouter());
  for (const desc of service.methods) {
    const implementation = handlers[desc.name];
    const serve = (input: Message, ctx: HandlerContext) => {
      inputs.push(input);
      return implementation ? implementation(input as never, ctx) : input;
    };
    captured.router.rpc(desc, serve as never);
  }
  const server = createServer(createRest({ methods: captured.methods, ...options }));
  const port = await listen(server);
  return {
    port,
    base: `http://127.0.0.1:${port}`,
    server,
    /** What the handler got last. */
    get input(): Properties {
      return inputs.at(-1) as unknown as Properties;
    },
    inputs,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A running body service. */
export type BodyService = Awaited<ReturnType<typeof openBodyService>>;
