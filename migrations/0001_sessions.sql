-- The head of a session: its state, encoded, beside whatever is counted, looked up, filtered or
-- sorted. Columns are changed by every append; the state only by an event that changes it.
CREATE TABLE sessions (
  uid uuid PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  external_id text COLLATE "C",
  user_id text COLLATE "C" NOT NULL,
  agent_id text COLLATE "C",
  title text,
  status smallint NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  -- Hours since 1970 of updated_at. Indexed in its place: an indexed column that every append
  -- changes would rewrite every index entry of the row (no heap-only update).
  updated_hour integer NOT NULL,
  expires_at timestamptz,
  deleted_at timestamptz,
  version integer NOT NULL,
  state_version integer NOT NULL,
  -- seq of the last event that changed whether and by whom the session may be written to. Appends
  -- are taken only on the gate they were decided on.
  gate_version integer NOT NULL,
  rewrite_seq integer NOT NULL,
  message_count integer NOT NULL,
  turn_count integer NOT NULL,
  log_bytes bigint NOT NULL,
  state bytea NOT NULL
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX sessions_living_session_id ON sessions (tenant_id, session_id)
  WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX sessions_living_external_id ON sessions (tenant_id, user_id, external_id)
  WHERE deleted_at IS NULL AND external_id IS NOT NULL;
-- Whom an id names: the living session first, else the last deleted one. One probe.
CREATE INDEX sessions_holder ON sessions (tenant_id, session_id, deleted_at DESC NULLS FIRST);
CREATE INDEX sessions_list ON sessions (tenant_id, user_id, created_at DESC, uid DESC)
  WHERE deleted_at IS NULL;
CREATE INDEX sessions_latest ON sessions (tenant_id, user_id, updated_hour DESC)
  WHERE deleted_at IS NULL;

-- The log. Because seq has no gaps, the event at any seq says by its running counts where
-- messages and turns stand there, so that every page of either is a range of an index.
CREATE TABLE session_events (
  session uuid NOT NULL,
  seq integer NOT NULL,
  -- Number of the turn it belongs to; 0 before the first.
  turn integer NOT NULL,
  -- How many messages the log holds up to and including this event.
  message_no integer NOT NULL,
  -- Of the message it carries; null where it carries none.
  role smallint,
  starts_turn boolean NOT NULL,
  type text COLLATE "C" NOT NULL,
  -- The event, encoded without its place.
  bytes bytea NOT NULL,
  PRIMARY KEY (session, seq)
) PARTITION BY HASH (session);

CREATE TABLE session_events_0 PARTITION OF session_events FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE session_events_1 PARTITION OF session_events FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE session_events_2 PARTITION OF session_events FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE session_events_3 PARTITION OF session_events FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE session_events_4 PARTITION OF session_events FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE session_events_5 PARTITION OF session_events FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE session_events_6 PARTITION OF session_events FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE session_events_7 PARTITION OF session_events FOR VALUES WITH (MODULUS 8, REMAINDER 7);

-- Serves roles too, so that an event is in one index less (docs/decisions/0008).
CREATE INDEX session_events_messages ON session_events (session, message_no) INCLUDE (role, seq)
  WHERE role IS NOT NULL;
CREATE INDEX session_events_turn_starts ON session_events (session, turn, seq)
  WHERE starts_turn;

-- What was done, for 24 hours, so that a retry is recognised. Not partitioned: its keys are
-- random, so that every batch would open all partitions (docs/decisions/0008).
CREATE TABLE operations (
  -- SHA-256 of tenant, user, method and key.
  digest bytea PRIMARY KEY,
  -- SHA-256 of the request.
  request_hash bytea NOT NULL,
  session uuid NOT NULL,
  first_seq integer NOT NULL,
  last_seq integer NOT NULL,
  message_count integer NOT NULL,
  turn_count integer NOT NULL,
  log_bytes bigint NOT NULL,
  -- The state and its columns right after it; null where it appended events and no more.
  state bytea,
  state_version integer,
  gate_version integer,
  updated_at timestamptz,
  created_at timestamptz NOT NULL
);

CREATE INDEX operations_created_at ON operations (created_at);

-- Ends the statement that calls it as one to be run again. A batch calls it when an operation
-- that its snapshot did not show yet was recorded by somebody else in the meantime.
CREATE FUNCTION run_again() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an operation was recorded concurrently' USING ERRCODE = 'serialization_failure';
END
$$;
