import { readdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";

/**
 * Writes `migrations/schema.sql`, the net effect of all migrations, so that a
 * review sees what a migration changes. With `--check` it writes nothing and
 * fails if the file is not what it would write.
 */
const MIGRATIONS = new URL("../migrations/", import.meta.url);
const SCHEMA = new URL("schema.sql", MIGRATIONS);
const NOTE =
  "-- The net effect of the migrations beside it. Made by scripts/schema.ts: do not edit.\n";

/** Everything `public` holds, as SQL, in an order that depends on names only. */
export async function dumpSchema(db: PGlite): Promise<string> {
  const tables = await db.query<TableRow>(TABLES);
  const routines = await db.query<{ definition: string }>(ROUTINES);
  const sections = [];
  for (const table of tables.rows) sections.push(await describeTable(db, table));
  sections.push(...routines.rows.map(({ definition }) => `${definition.trim()};\n`));
  return [NOTE, ...sections].join("\n");
}

/** A database in memory with all migrations applied. */
export async function migratedDatabase(): Promise<PGlite> {
  const db = new PGlite();
  const names = (await readdir(MIGRATIONS)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  for (const name of names) await db.exec(await readFile(new URL(name, MIGRATIONS), "utf8"));
  return db;
}

interface TableRow {
  oid: number;
  name: string;
  options: string | null;
  partition_key: string | null;
  parent: string | null;
  bounds: string | null;
}

const TABLES = `
  SELECT c.oid::int, c.relname AS name, array_to_string(c.reloptions, ', ') AS options,
    pg_get_partkeydef(c.oid) AS partition_key, p.relname AS parent,
    pg_get_expr(c.relpartbound, c.oid) AS bounds
  FROM pg_class c
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
    LEFT JOIN pg_class p ON p.oid = i.inhparent
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  ORDER BY coalesce(p.relname, c.relname) COLLATE "C", p.relname IS NOT NULL,
    c.relname COLLATE "C"`;

const COLUMNS = `
  SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    (SELECT collname FROM pg_collation
      WHERE oid = a.attcollation AND collname <> 'default') AS collation,
    a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS default
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attnum`;

const CONSTRAINTS = `
  SELECT conname AS name, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint WHERE conrelid = $1 AND contype <> 'n' ORDER BY conname COLLATE "C"`;

const INDEXES = `
  SELECT pg_get_indexdef(indexrelid) AS definition
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid
  WHERE indrelid = $1 AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  ORDER BY c.relname COLLATE "C"`;

const ROUTINES = `
  SELECT pg_get_functiondef(oid) AS definition FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace ORDER BY proname COLLATE "C"`;

async function describeTable(db: PGlite, table: TableRow): Promise<string> {
  if (table.parent !== null) {
    return `CREATE TABLE ${table.name} PARTITION OF ${table.parent} ${table.bounds};\n`;
  }
  const columns = await db.query<ColumnRow>(COLUMNS, [table.oid]);
  const constraints = await db.query<{ name: string; definition: string }>(CONSTRAINTS, [
    table.oid,
  ]);
  const indexes = await db.query<{ definition: string }>(INDEXES, [table.oid]);
  const lines = [
    ...columns.rows.map(describeColumn),
    ...constraints.rows.map(({ name, definition }) => `CONSTRAINT ${name} ${definition}`),
  ];
  const partitioned = table.partition_key ? ` PARTITION BY ${table.partition_key}` : "";
  const options = table.options ? ` WITH (${table.options})` : "";
  return [
    `CREATE TABLE ${table.name} (\n  ${lines.join(",\n  ")}\n)${partitioned}${options};\n`,
    ...indexes.rows.map(({ definition }) => `${definition};\n`),
  ].join("");
}

interface ColumnRow {
  name: string;
  type: string;
  collation: string | null;
  required: boolean;
  default: string | null;
}

function describeColumn(column: ColumnRow): string {
  const parts = [column.name, column.type];
  if (column.collation) parts.push(`COLLATE "${column.collation}"`);
  if (column.required) parts.push("NOT NULL");
  if (column.default) parts.push(`DEFAULT ${column.default}`);
  return parts.join(" ");
}

async function main(check: boolean): Promise<number> {
  const db = await migratedDatabase();
  const schema = await dumpSchema(db);
  await db.close();
  if (!check) {
    await writeFile(SCHEMA, schema);
    return 0;
  }
  if ((await readFile(SCHEMA, "utf8")) === schema) return 0;
  process.stderr.write("migrations/schema.sql is out of date: run node scripts/schema.ts\n");
  return 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.includes("--check"));
}
