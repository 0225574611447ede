import { type DescMethod, getOption } from "@bufbuild/protobuf";
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
}

const everything = () => true;
const annotated = (method: DescMethod) => getOption(method, httpOption).pattern.case !== undefined;

/** The first is the one that the others are compared with. */
export const PROTOCOLS: readonly [Protocol, ...Protocol[]] = [
  {
    name: "gRPC",
    tenant: "parity-0",
    serves: everything,
    open: (baseUrl) => createGrpcTransport({ baseUrl }),
  },
  {
    name: "gRPC-Web",
    tenant: "parity-1",
    serves: everything,
    open: (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  },
  {
    name: "Connect JSON",
    tenant: "parity-2",
    serves: everything,
    open: (baseUrl) =>
      createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
  },
  {
    name: "Connect binary",
    tenant: "parity-3",
    serves: everything,
    open: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: true }),
  },
  {
    name: "REST",
    tenant: "parity-4",
    serves: annotated,
    open: (baseUrl) => createRestTransport({ baseUrl }),
  },
];
