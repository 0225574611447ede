import { type DescMethod, getOption, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { http as httpOption } from "../../../gen/google/api/annotations_pb.js";
import { createRestTransport } from "./rest-transport.ts";

/** One way to call. Each has a tenant of its own, so that all find the same world. */
export interface Protocol {
  readonly name: string;
  readonly tenant: string;
  serves(method: DescMethod): boolean;
  open(baseUrl: string): Transport;
  /** What of an answer it can say. */
  tells(method: DescMethod, message: JsonValue): JsonValue;
}

const everything = () => true;
const whole = (_method: DescMethod, message: JsonValue) => message;
const annotated = (method: DescMethod) => getOption(method, httpOption).pattern.case !== undefined;

/** The first is the one that the others are compared with. */
export const PROTOCOLS: readonly [Protocol, ...Protocol[]] = [
  {
    name: "gRPC",
    tenant: "parity-0",
    serves: everything,
    open: (baseUrl) => createGrpcTransport({ baseUrl }),
    tells: whole,
  },
  {
    name: "gRPC-Web",
    tenant: "parity-1",
    serves: everything,
    open: (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
    tells: whole,
  },
  {
    name: "Connect JSON",
    tenant: "parity-2",
    serves: everything,
    open: (baseUrl) =>
      createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
    tells: whole,
  },
  {
    name: "Connect binary",
    tenant: "parity-3",
    serves: everything,
    open: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
    tells: whole,
  },
  {
    name: "REST",
    tenant: "parity-4",
    serves: annotated,
    open: (baseUrl) => createRestTransport({ baseUrl }),
    tells: responseBody,
  },
];

/** REST answers with one field where the rule names one. */
function responseBody(method: DescMethod, message: JsonValue): JsonValue {
  const field = method.output.fields.find(
    ({ name }) => name === getOption(method, httpOption).responseBody,
  );
  if (field === undefined) return message;
  const value = (message as JsonObject)[field.jsonName];
  return value === undefined ? {} : { [field.jsonName]: value };
}
