-- Sessions whose time is over. The head stays where it is; the log is packed after a while.
ALTER TABLE sessions
  ADD COLUMN archived_at timestamptz,
  -- When the log may be packed; null if it is not to be, or was. No event says this.
  ADD COLUMN pack_after timestamptz;

CREATE INDEX sessions_due ON sessions (expires_at)
  WHERE deleted_at IS NULL AND archived_at IS NULL;
CREATE INDEX sessions_archived ON sessions (tenant_id, user_id, archived_at DESC, uid DESC)
  WHERE archived_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX sessions_to_pack ON sessions (pack_after)
  WHERE pack_after IS NOT NULL;

-- Logs at rest: many events a row. What is in neither this nor session_events is in no log.
CREATE TABLE session_archives (
  session uuid NOT NULL,
  first_seq integer NOT NULL,
  last_seq integer NOT NULL,
  -- parley.store.v1.PackedEvents, compressed with zstd.
  bytes bytea NOT NULL,
  PRIMARY KEY (session, first_seq)
);
-- What is compressed already is not compressed again.
ALTER TABLE session_archives ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Packing copies events into chunks and then removes them; putting back copies them out and then
-- drops the chunks. Each of the two removals first locks the session and only then looks whether
-- what it removes is in the other place too: every query of a function sees what was committed
-- before it, where a single statement would see what was so before it waited for the lock.

-- Removes events that are packed, at most so many; says how many.
CREATE FUNCTION remove_packed_events(log uuid, due timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  removed integer;
BEGIN
  PERFORM FROM sessions WHERE uid = log AND archived_at IS NOT NULL AND pack_after <= due FOR UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM session_events e WHERE e.session = log AND e.seq IN (
    SELECT packed.seq FROM session_archives a
      JOIN session_events packed
        ON packed.session = log AND packed.seq BETWEEN a.first_seq AND a.last_seq
    WHERE a.session = log ORDER BY packed.seq LIMIT most);
  GET DIAGNOSTICS removed = ROW_COUNT;
  RETURN removed;
END
$$;

-- Drops the chunks whose events are all back in the log.
CREATE FUNCTION drop_unpacked_chunks(log uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM sessions WHERE uid = log FOR UPDATE;
  DELETE FROM session_archives a WHERE a.session = log AND a.last_seq - a.first_seq + 1 = (
    SELECT count(*) FROM session_events e
    WHERE e.session = log AND e.seq BETWEEN a.first_seq AND a.last_seq);
END
$$;
