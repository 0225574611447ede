-- What a user has, in millionths of a US dollar, and how many runs of the user are open. Locked
-- by whoever opens a run, so that two who do at once cannot both have what is left.
CREATE TABLE accounts (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  available_micros bigint NOT NULL DEFAULT 0,
  held_micros bigint NOT NULL DEFAULT 0 CHECK (held_micros >= 0),
  open_runs integer NOT NULL DEFAULT 0 CHECK (open_runs >= 0),
  PRIMARY KEY (tenant_id, user_id)
);

-- Every movement of money from one account to another, so that all sums are zero. Only grows.
CREATE TABLE ledger (
  entry_id uuid PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  kind smallint NOT NULL,
  debit text COLLATE "C" NOT NULL,
  credit text COLLATE "C" NOT NULL,
  micros bigint NOT NULL CHECK (micros > 0),
  -- The session and the place of the event that caused it; null for a deposit.
  session uuid,
  session_id text COLLATE "C",
  seq integer,
  note text,
  -- Of a deposit: what makes its retry safe (see operations).
  digest bytea,
  request_hash bytea
);

CREATE INDEX ledger_of_account ON ledger (tenant_id, user_id, at DESC, entry_id DESC);
CREATE UNIQUE INDEX ledger_operations ON ledger (digest) WHERE digest IS NOT NULL;
