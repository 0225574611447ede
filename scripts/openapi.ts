// Writes docs/api/openapi.json from the protos, or with --check fails when it says something else.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { readComments } from "../src/rest/openapi/index.ts";
import { apiDocument } from "../src/server/openapi/api-document.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const file = new URL("../docs/api/openapi.json", import.meta.url);

const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const text = `${JSON.stringify(apiDocument(version, protoComments()), null, 2)}\n`;
if (!process.argv.includes("--check")) {
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
} else if (committed() !== text) {
  process.stdout.write("docs/api/openapi.json is out of date\nRun: npm run gen:openapi\n");
  process.exitCode = 1;
}

/** Generated code has no comments, so they are taken from the protos themselves. */
function protoComments() {
  const args = ["build", "proto", "--as-file-descriptor-set", "-o", "-#format=binpb"];
  const set = execFileSync("buf", args, { cwd: root, maxBuffer: 64 << 20 });
  return readComments(fromBinary(FileDescriptorSetSchema, set));
}

function committed(): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // it was never written
  }
}
