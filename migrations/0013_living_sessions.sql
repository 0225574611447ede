-- Sessions that count against their owner's quota. Of the same rows as sessions_due, so that no
-- update is dearer for it.
CREATE INDEX sessions_living ON sessions (tenant_id, user_id) INCLUDE (expires_at)
  WHERE deleted_at IS NULL AND archived_at IS NULL;

-- Counts them, up to `most`. It is VOLATILE because such a function sees what was committed until
-- it is called, and not only until the statement that calls it began: whoever has waited for the
-- lock of an account counts what the one before has made.
CREATE FUNCTION living_sessions(tenant text, owner text, at timestamptz, most integer)
RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN (
    SELECT count(*) FROM (
      SELECT FROM sessions s
      WHERE s.tenant_id = tenant COLLATE "C" AND s.user_id = owner COLLATE "C"
        AND s.deleted_at IS NULL AND s.archived_at IS NULL
        AND (s.expires_at IS NULL OR s.expires_at > at)
      LIMIT most
    ) living
  );
END
$$;
