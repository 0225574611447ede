-- Sessions on their way out. A purge takes the head out of `sessions` and puts a row here in one
-- transaction: from then on nobody finds the session, and its id is free. The rows that hang on its
-- uid, and what the live view has of it, are removed in pieces; the row here goes last.
CREATE TABLE purges (
  uid uuid PRIMARY KEY,
  -- Under which key the live view has it.
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  begun_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  -- True once everything was removed, and has to be once more: for those who came late.
  swept boolean NOT NULL DEFAULT false,
  -- The erasure it is part of.
  erasure uuid
);
CREATE INDEX purges_due ON purges (due_at);
CREATE INDEX purges_of_erasure ON purges (erasure) WHERE erasure IS NOT NULL;

-- Erasures of users, and after them their receipts, which do not name who it was.
CREATE TABLE erasures (
  erasure_id uuid PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  -- Null once it is completed.
  user_id text COLLATE "C",
  -- What stands for the user from then on.
  pseudonym text COLLATE "C" NOT NULL,
  requested_at timestamptz NOT NULL,
  started_at timestamptz,
  completed_at timestamptz,
  -- Null once it is completed.
  due_at timestamptz,
  -- What makes a retry safe (see operations). The hash is of the request and the name of the
  -- operation, which is stored nowhere: so nobody can try which user it was.
  digest bytea NOT NULL,
  request_hash bytea NOT NULL
);
CREATE UNIQUE INDEX erasures_operations ON erasures (digest);
CREATE UNIQUE INDEX erasures_running ON erasures (tenant_id, user_id) WHERE user_id IS NOT NULL;
CREATE INDEX erasures_due ON erasures (due_at) WHERE due_at IS NOT NULL;

-- What erasures have removed, raised by the statements that remove it.
CREATE TABLE erasure_counts (
  erasure_id uuid NOT NULL,
  kind text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (erasure_id, kind)
);

CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX sessions_deleted_of_user ON sessions (tenant_id, user_id, session_id)
  WHERE deleted_at IS NOT NULL;
CREATE INDEX sessions_retained ON sessions (tenant_id, session_type, archived_at)
  WHERE archived_at IS NOT NULL AND deleted_at IS NULL;

-- Receipts that hold a state, which a purge takes out of them. The others hold nothing of a session
-- but its uid, and go after a day.
CREATE INDEX operations_of_session ON operations (session) WHERE state IS NOT NULL;

-- Moves an account, and the entries that are left, to a pseudonym. It locks the account first and
-- only then looks: every query of a function sees what was committed before it, so that an entry and
-- what it did to the account go together. What comes later opens a new account.
CREATE FUNCTION erase_account(erasure uuid, tenant text, erased text, alias text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  entries integer;
BEGIN
  PERFORM FROM accounts a WHERE a.tenant_id = tenant AND a.user_id = erased FOR UPDATE;
  UPDATE ledger SET user_id = alias, session_id = NULL, note = NULL
    WHERE tenant_id = tenant AND user_id = erased;
  GET DIAGNOSTICS entries = ROW_COUNT;
  INSERT INTO erasure_counts AS c (erasure_id, kind, count)
    SELECT erasure, 'ledger_entries', entries WHERE entries > 0
    ON CONFLICT (erasure_id, kind) DO UPDATE SET count = c.count + excluded.count;
  INSERT INTO accounts AS a (tenant_id, user_id, available_micros, held_micros, open_runs)
    SELECT tenant, alias, old.available_micros, old.held_micros, old.open_runs
    FROM accounts old WHERE old.tenant_id = tenant AND old.user_id = erased
    ON CONFLICT (tenant_id, user_id) DO UPDATE SET
      available_micros = a.available_micros + excluded.available_micros,
      held_micros = a.held_micros + excluded.held_micros,
      open_runs = a.open_runs + excluded.open_runs;
  DELETE FROM accounts a WHERE a.tenant_id = tenant AND a.user_id = erased;
END
$$;
