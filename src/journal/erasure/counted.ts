/**
 * Raises the counts of an erasure by the rows that a statement removed, in that statement: they
 * stay right however often it is broken off. Raises nothing where there is no erasure.
 * @param removed the rows, by the name of their expression
 * @param erasure gives the erasure's id
 */
export function counted(kind: string, removed: string, erasure: string): string {
  return `
    INSERT INTO erasure_counts AS c (erasure_id, kind, count)
    SELECT e.erasure_id, '${kind}', r.count
    FROM (${erasure}) e (erasure_id), (SELECT count(*) FROM ${removed}) r
    WHERE e.erasure_id IS NOT NULL AND r.count > 0
    ON CONFLICT (erasure_id, kind) DO UPDATE SET count = c.count + excluded.count`;
}
