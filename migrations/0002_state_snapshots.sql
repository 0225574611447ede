-- States of the past: of every session one at least every 128 events, so that the state at any
-- place is one of these and a bounded number of events after it.
CREATE TABLE session_snapshots (
  session uuid NOT NULL,
  -- The event right after which it was so.
  seq integer NOT NULL,
  -- seq of the last event that had changed it.
  state_version integer NOT NULL,
  -- As in sessions.
  state bytea NOT NULL,
  PRIMARY KEY (session, seq)
);
