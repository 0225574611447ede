-- What can be found: titles and messages, by their words. A view of the log that follows it a
-- moment later, so that no write waits for it.
CREATE TABLE search_entries (
  session uuid NOT NULL,
  -- The message's place in the log; 0: the session's title.
  seq integer NOT NULL,
  written_at timestamptz NOT NULL,
  -- Of the message; null for a title.
  role smallint,
  -- Its words, and one that no text can hold: whose it is.
  words tsvector NOT NULL,
  PRIMARY KEY (session, seq)
);
CREATE INDEX search_entries_words ON search_entries USING gin (words) WITH (fastupdate = off);

-- How far the entries of a session follow its log.
CREATE TABLE search_progress (
  session uuid PRIMARY KEY,
  seq integer NOT NULL
);

-- Sessions whose entries lag behind. Written by the statement that commits the events.
CREATE TABLE search_queue (
  session uuid PRIMARY KEY,
  -- Their last event that is to be looked at. Not indexed, so that raising it is a heap-only update.
  version integer NOT NULL,
  -- When somebody may take it up; later while somebody has.
  ready_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX search_queue_ready_at ON search_queue (ready_at);

-- What is there already.
INSERT INTO search_queue (session, version, ready_at) SELECT uid, version, now() FROM sessions;
