import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { zstdDecompressSync } from "node:zlib";
import { Redis } from "ioredis";
import { Client } from "pg";
import { services } from "./services.ts";

const run = promisify(execFile);

/** Something a store holds, by where it is. */
export interface Stored {
  readonly place: string;
  readonly bytes: Buffer;
}

const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Every row of every table: the text of its values, bytes as they are, packed ones unpacked too. */
export async function postgresRows(url: string): Promise<Stored[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind = 'r' ORDER BY 1`,
    );
    const stored: Stored[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query({ text: `SELECT * FROM ${name}`, rowMode: "array" });
      for (const row of rows as unknown[][]) {
        stored.push({ place: name, bytes: Buffer.concat(row.flatMap(spelled)) });
      }
    }
    return stored;
  } finally {
    await client.end();
  }
}

function spelled(value: unknown): Buffer[] {
  if (!Buffer.isBuffer(value)) return [Buffer.from(`${JSON.stringify(value)} `)];
  if (!value.subarray(0, 4).equals(ZSTD)) return [value];
  return [value, zstdDecompressSync(value)];
}

/** What `pg_dump` says, and once more with the bytes it spells in hex; nothing where it is missing. */
export async function postgresDump(url: string): Promise<Stored[]> {
  const binary = join(services().executables.postgres, "pg_dump");
  if (!existsSync(binary)) return [];
  const { stdout } = await run(binary, ["--dbname", url], { maxBuffer: 256 * 1024 * 1024 });
  const hex = [...stdout.matchAll(/\\\\x([0-9a-f]+)/g)].map(([, digits]) =>
    Buffer.from(digits!, "hex"),
  );
  return [
    { place: "dump", bytes: Buffer.from(stdout) },
    { place: "bytes of the dump", bytes: Buffer.concat(hex) },
  ];
}

/** Every key with this prefix, its name and its value. */
export async function redisValues(url: string, prefix: string): Promise<Stored[]> {
  const client = new Redis(url);
  try {
    const stored: Stored[] = [];
    for await (const keys of client.scanStream({ match: `${prefix}*`, count: 1000 })) {
      for (const key of keys as string[]) {
        const bytes = Buffer.concat([Buffer.from(`${key} `), ...(await valuesOf(client, key))]);
        stored.push({ place: key, bytes });
      }
    }
    return stored;
  } finally {
    client.disconnect();
  }
}

async function valuesOf(client: Redis, key: string): Promise<Buffer[]> {
  const type = await client.type(key);
  if (type === "none") return [];
  if (type === "list") return client.lrangeBuffer(key, 0, -1);
  if (type === "string") return [(await client.getBuffer(key)) ?? Buffer.alloc(0)];
  return Object.entries(await client.hgetallBuffer(key)).flatMap(([name, value]) => [
    Buffer.from(name),
    value,
  ]);
}

/** Which of these words are anywhere, and where: `table: word`. */
export function findings(stored: readonly Stored[], words: readonly string[]): string[] {
  const found = stored.flatMap(({ place, bytes }) =>
    words.filter((word) => bytes.includes(word)).map((word) => `${place}: ${word}`),
  );
  return [...new Set(found)].toSorted();
}
