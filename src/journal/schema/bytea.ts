import { customType } from "drizzle-orm/pg-core";

/** Raw bytes; `pg` reads and writes them as a Buffer. */
export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => "bytea",
});
