import { readFile } from "node:fs/promises";
import type { PGlite } from "@electric-sql/pglite";
import { getTableConfig } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dumpSchema, migratedDatabase } from "../../scripts/schema.ts";
import * as schema from "../../src/journal/schema/index.ts";

describe("the schema of the journal", () => {
  let db: PGlite;
  beforeAll(async () => {
    db = await migratedDatabase();
  });
  afterAll(() => db.close());

  it("is what migrations/schema.sql shows", async () => {
    const committed = await readFile(
      new URL("../../migrations/schema.sql", import.meta.url),
      "utf8",
    );
    expect(await dumpSchema(db)).toBe(committed);
  });

  for (const table of Object.values(schema).map(getTableConfig)) {
    it(`has ${table.name} as the query builder knows it`, async () => {
      const { rows: columns } = await db.query(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required
          FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`,
        [table.name],
      );
      expect(columns).toEqual(
        table.columns.map((column) => ({
          name: column.name,
          type: column.getSQLType(),
          required: column.notNull || column.primary,
        })),
      );
      const { rows: indexes } = await db.query<{ name: string }>(
        `SELECT c.relname AS name, i.indisunique AS unique,
            ARRAY(SELECT pg_get_indexdef(c.oid, k, true)
              FROM generate_series(1, i.indnkeyatts) k ORDER BY k) AS columns
          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
          WHERE i.indrelid = $1::regclass AND NOT i.indisprimary ORDER BY c.relname COLLATE "C"`,
        [table.name],
      );
      const known = table.indexes.map(({ config }) => ({
        name: config.name,
        unique: config.unique,
        columns: config.columns.map((column) => ("name" in column ? column.name : "expression")),
      }));
      expect(indexes).toEqual(known.toSorted((a, b) => (a.name! < b.name! ? -1 : 1)));
      const { rows: keys } = await db.query(
        `SELECT a.attname AS name FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k (num, n)
          JOIN pg_attribute a ON a.attnum = k.num
          WHERE i.indrelid = $1::regclass AND i.indisprimary AND a.attrelid = i.indrelid
          ORDER BY k.n`,
        [table.name],
      );
      const [composite] = table.primaryKeys;
      const key = composite?.columns ?? table.columns.filter(({ primary }) => primary);
      expect(keys).toEqual(key.map(({ name }) => ({ name })));
    });
  }
});
