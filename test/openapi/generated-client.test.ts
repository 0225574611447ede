import { execFile } from "node:child_process";
import { symlinkSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";
import { removeFolder, temporaryFolder } from "../support/temporary-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** A user of the client, for the compiler to judge: what it may rely on, and what it may not. */
const USER = `import { appendMessages, createSession, getSession, type Session, type SessionRead } from "./client.ts";

export async function use(id: string): Promise<string[]> {
  const read = await getSession(id, { consistency: "strong" });
  if (read.status === 404) return [read.data.error];
  if (read.status !== 200) return [];
  const { session_id, title, status, version, labels }: SessionRead = read.data;
  const texts: string[] = [session_id, title ?? "", status ?? "", labels.kind ?? ""];
  const sent: Partial<Session> = { title };
  // @ts-expect-error nobody says this of a role
  await appendMessages(id, { messages: [{ role: "nobody", content: String(version + 1) }] });
  // @ts-expect-error a message has a role
  await appendMessages(id, { messages: [{ content: sent.title ?? "" }] });
  const run = await createSession({ prompt: "Go", session_type: "analysis", budget: { max_cost: 1 } });
  if (run.status === 402) texts.push(run.data.error);
  // @ts-expect-error a budget has no such policy
  await createSession({ prompt: "Go", budget: { policy: "borrow" } });
  return texts;
}
`;

describe("a client that oazapfts makes of the document", () => {
  const folder = temporaryFolder("client");
  const file = join(folder, "client.ts");
  let service: TestService;
  beforeAll(async () => {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const generator = join(root, "node_modules/.bin/oazapfts");
    await run(generator, [join(root, "docs/api/openapi.json"), file]);
    service = await startService();
  });
  afterAll(async () => {
    await service?.close();
    removeFolder(folder);
  });

  it("creates, appends, lists and deletes a session", async () => {
    const client = await import(/* @vite-ignore */ pathToFileURL(file).href);
    Object.assign(client.defaults, {
      baseUrl: service.url,
      headers: { "x-user-id": uniqueUser() },
    });
    const created = await client.createSession({ session_id: "made:by-a-client", title: "Made" });
    expect(created).toMatchObject({ status: 201, data: { title: "Made", status: "active" } });
    const id = created.data.session_id;

    const messages = [
      { role: "user", content: "Who made you?" },
      { role: "assistant", parts: [{ text: "A generator." }] },
    ];
    const key = { idempotencyKey: "once" };
    const appended = await client.appendMessages(id, { messages }, key);
    expect(appended).toMatchObject({ status: 201, data: { version: 3 } });
    expect(await client.appendMessages(id, { messages }, key)).toMatchObject({
      status: 201,
      data: appended.data,
    });

    const listed = await client.listMessages(id, { limit: 1, order: "desc", atLeastVersion: 3 });
    expect(listed).toMatchObject({
      status: 200,
      data: { total: 2, messages: [{ role: "assistant", content: "A generator." }] },
    });
    expect(await client.listSessions({ q: "made", status: "active" })).toMatchObject({
      status: 200,
      data: { total_count: 1, sessions: [{ session_id: id, message_count: 2 }] },
    });

    const etag = created.headers.get("etag");
    expect(await client.updateSession(id, { title: "Renamed" }, { ifMatch: etag })).toMatchObject({
      status: 200,
      data: { title: "Renamed" },
    });
    expect(await client.deleteSession(id, { ifMatch: etag })).toMatchObject({
      status: 412,
      data: { error: "precondition_failed" },
    });
    expect(await client.deleteSession(id)).toMatchObject({ status: 204 });
    expect(await client.getSession(id)).toMatchObject({
      status: 404,
      data: { error: "session_not_found" },
    });
  });

  it("has types that hold those who use it to the document", async () => {
    await writeFile(join(folder, "user.ts"), USER);
    const config = {
      compilerOptions: {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        target: "es2024",
        module: "nodenext",
        allowImportingTsExtensions: true,
        types: [],
        lib: ["es2024", "dom"],
      },
      files: ["user.ts"],
    };
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    const compiling = run(join(root, "node_modules/.bin/tsc"), ["-p", folder]);
    const { stdout } = await compiling.catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  });
});
