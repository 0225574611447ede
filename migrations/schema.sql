-- The net effect of the migrations beside it. Made by scripts/schema.ts: do not edit.

CREATE TABLE accounts (
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  available_micros bigint NOT NULL DEFAULT 0,
  held_micros bigint NOT NULL DEFAULT 0,
  open_runs integer NOT NULL DEFAULT 0,
  CONSTRAINT accounts_held_micros_check CHECK ((held_micros >= 0)),
  CONSTRAINT accounts_open_runs_check CHECK ((open_runs >= 0)),
  CONSTRAINT accounts_pkey PRIMARY KEY (tenant_id, user_id)
);

CREATE TABLE api_keys (
  key_id uuid NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  hash bytea NOT NULL,
  scopes text[] NOT NULL,
  roles text[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  replaced_by uuid,
  digest bytea NOT NULL,
  request_hash bytea NOT NULL,
  CONSTRAINT api_keys_pkey PRIMARY KEY (key_id)
);
CREATE UNIQUE INDEX api_keys_hash ON public.api_keys USING btree (hash);
CREATE INDEX api_keys_of_tenant ON public.api_keys USING btree (tenant_id, created_at DESC, key_id DESC);
CREATE INDEX api_keys_of_user ON public.api_keys USING btree (tenant_id, user_id, created_at DESC, key_id DESC);
CREATE UNIQUE INDEX api_keys_operations ON public.api_keys USING btree (digest);
CREATE INDEX api_keys_prefix ON public.api_keys USING btree (prefix);

CREATE TABLE erasure_counts (
  erasure_id uuid NOT NULL,
  kind text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  CONSTRAINT erasure_counts_pkey PRIMARY KEY (erasure_id, kind)
);

CREATE TABLE erasures (
  erasure_id uuid NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C",
  pseudonym text COLLATE "C" NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  started_at timestamp with time zone,
  completed_at timestamp with time zone,
  due_at timestamp with time zone,
  digest bytea NOT NULL,
  request_hash bytea NOT NULL,
  CONSTRAINT erasures_pkey PRIMARY KEY (erasure_id)
);
CREATE INDEX erasures_due ON public.erasures USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE UNIQUE INDEX erasures_operations ON public.erasures USING btree (digest);
CREATE UNIQUE INDEX erasures_running ON public.erasures USING btree (tenant_id, user_id) WHERE (user_id IS NOT NULL);

CREATE TABLE ledger (
  entry_id uuid NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  at timestamp with time zone NOT NULL,
  kind smallint NOT NULL,
  debit text COLLATE "C" NOT NULL,
  credit text COLLATE "C" NOT NULL,
  micros bigint NOT NULL,
  session uuid,
  session_id text COLLATE "C",
  seq integer,
  note text,
  digest bytea,
  request_hash bytea,
  CONSTRAINT ledger_micros_check CHECK ((micros > 0)),
  CONSTRAINT ledger_pkey PRIMARY KEY (entry_id)
);
CREATE INDEX ledger_of_account ON public.ledger USING btree (tenant_id, user_id, at DESC, entry_id DESC);
CREATE UNIQUE INDEX ledger_operations ON public.ledger USING btree (digest) WHERE (digest IS NOT NULL);

CREATE TABLE operations (
  digest bytea NOT NULL,
  request_hash bytea NOT NULL,
  session uuid NOT NULL,
  first_seq integer NOT NULL,
  last_seq integer NOT NULL,
  message_count integer NOT NULL,
  turn_count integer NOT NULL,
  log_bytes bigint NOT NULL,
  state bytea,
  state_version integer,
  gate_version integer,
  updated_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT operations_pkey PRIMARY KEY (digest)
);
CREATE INDEX operations_created_at ON public.operations USING btree (created_at);
CREATE INDEX operations_of_session ON public.operations USING btree (session) WHERE (state IS NOT NULL);

CREATE TABLE purges (
  uid uuid NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  begun_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone NOT NULL,
  swept boolean NOT NULL DEFAULT false,
  erasure uuid,
  CONSTRAINT purges_pkey PRIMARY KEY (uid)
);
CREATE INDEX purges_due ON public.purges USING btree (due_at);
CREATE INDEX purges_of_erasure ON public.purges USING btree (erasure) WHERE (erasure IS NOT NULL);

CREATE TABLE search_entries (
  session uuid NOT NULL,
  seq integer NOT NULL,
  written_at timestamp with time zone NOT NULL,
  role smallint,
  words tsvector NOT NULL,
  CONSTRAINT search_entries_pkey PRIMARY KEY (session, seq)
);
CREATE INDEX search_entries_words ON public.search_entries USING gin (words) WITH (fastupdate=off);

CREATE TABLE search_progress (
  session uuid NOT NULL,
  seq integer NOT NULL,
  CONSTRAINT search_progress_pkey PRIMARY KEY (session)
);

CREATE TABLE search_queue (
  session uuid NOT NULL,
  version integer NOT NULL,
  ready_at timestamp with time zone NOT NULL,
  CONSTRAINT search_queue_pkey PRIMARY KEY (session)
) WITH (fillfactor=50);
CREATE INDEX search_queue_ready_at ON public.search_queue USING btree (ready_at);

CREATE TABLE session_archives (
  session uuid NOT NULL,
  first_seq integer NOT NULL,
  last_seq integer NOT NULL,
  bytes bytea NOT NULL,
  CONSTRAINT session_archives_pkey PRIMARY KEY (session, first_seq)
);

CREATE TABLE session_events (
  session uuid NOT NULL,
  seq integer NOT NULL,
  turn integer NOT NULL,
  message_no integer NOT NULL,
  role smallint,
  starts_turn boolean NOT NULL,
  type text COLLATE "C" NOT NULL,
  bytes bytea NOT NULL,
  CONSTRAINT session_events_pkey PRIMARY KEY (session, seq)
) PARTITION BY HASH (session);
CREATE INDEX session_events_comments ON ONLY public.session_events USING btree (session, seq) WHERE (type ~~ 'comment\_%'::text);
CREATE INDEX session_events_messages ON ONLY public.session_events USING btree (session, message_no) INCLUDE (role, seq) WHERE (role IS NOT NULL);
CREATE INDEX session_events_turn_ends ON ONLY public.session_events USING btree (session, turn, seq) WHERE (type = 'turn_ended'::text);
CREATE INDEX session_events_turn_starts ON ONLY public.session_events USING btree (session, turn, seq) WHERE starts_turn;

CREATE TABLE session_events_0 PARTITION OF session_events FOR VALUES WITH (modulus 8, remainder 0);

CREATE TABLE session_events_1 PARTITION OF session_events FOR VALUES WITH (modulus 8, remainder 1);

CREATE TABLE session_events_2 PARTITION OF session_events FOR VALUES WITH (modulus 8, remainder 2);

CREATE TABLE session_events_3 PARTITION OF session_events FOR VALUES WITH (modulus 8, remainder 3);

CREATE TABLE session_events_4 PARTITION OF session_events FOR VALUES WITH (modulus 8, remainder 4);

CREATE TABLE session_events_5 PARTITION OF session_events FOR VALUES WITH (modulus 8, remainder 5);

CREATE TABLE session_events_6 PARTITION OF session_events FOR VALUES WITH (modulus 8, remainder 6);

CREATE TABLE session_events_7 PARTITION OF session_events FOR VALUES WITH (modulus 8, remainder 7);

CREATE TABLE session_snapshots (
  session uuid NOT NULL,
  seq integer NOT NULL,
  state_version integer NOT NULL,
  state bytea NOT NULL,
  CONSTRAINT session_snapshots_pkey PRIMARY KEY (session, seq)
);

CREATE TABLE sessions (
  uid uuid NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  external_id text COLLATE "C",
  user_id text COLLATE "C" NOT NULL,
  agent_id text COLLATE "C",
  title text,
  status smallint NOT NULL,
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  updated_hour integer NOT NULL,
  expires_at timestamp with time zone,
  deleted_at timestamp with time zone,
  version integer NOT NULL,
  state_version integer NOT NULL,
  gate_version integer NOT NULL,
  rewrite_seq integer NOT NULL,
  message_count integer NOT NULL,
  turn_count integer NOT NULL,
  log_bytes bigint NOT NULL,
  state bytea NOT NULL,
  archived_at timestamp with time zone,
  pack_after timestamp with time zone,
  session_type smallint NOT NULL DEFAULT 0,
  tokens_used bigint NOT NULL DEFAULT 0,
  cost_micros bigint NOT NULL DEFAULT 0,
  visited boolean NOT NULL DEFAULT false,
  CONSTRAINT sessions_pkey PRIMARY KEY (uid)
) WITH (fillfactor=80);
CREATE INDEX sessions_archived ON public.sessions USING btree (tenant_id, user_id, archived_at DESC, uid DESC) WHERE ((archived_at IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX sessions_deleted ON public.sessions USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX sessions_deleted_of_user ON public.sessions USING btree (tenant_id, user_id, session_id) WHERE (deleted_at IS NOT NULL);
CREATE INDEX sessions_due ON public.sessions USING btree (expires_at) WHERE ((deleted_at IS NULL) AND (archived_at IS NULL));
CREATE INDEX sessions_holder ON public.sessions USING btree (tenant_id, session_id, deleted_at DESC);
CREATE INDEX sessions_latest ON public.sessions USING btree (tenant_id, user_id, updated_hour DESC) WHERE (deleted_at IS NULL);
CREATE INDEX sessions_list ON public.sessions USING btree (tenant_id, user_id, created_at DESC, uid DESC) WHERE (deleted_at IS NULL);
CREATE INDEX sessions_living ON public.sessions USING btree (tenant_id, user_id) INCLUDE (expires_at) WHERE ((deleted_at IS NULL) AND (archived_at IS NULL));
CREATE UNIQUE INDEX sessions_living_external_id ON public.sessions USING btree (tenant_id, user_id, external_id) WHERE ((deleted_at IS NULL) AND (external_id IS NOT NULL));
CREATE UNIQUE INDEX sessions_living_session_id ON public.sessions USING btree (tenant_id, session_id) WHERE (deleted_at IS NULL);
CREATE INDEX sessions_retained ON public.sessions USING btree (tenant_id, session_type, archived_at) WHERE ((archived_at IS NOT NULL) AND (deleted_at IS NULL));
CREATE INDEX sessions_to_pack ON public.sessions USING btree (pack_after) WHERE (pack_after IS NOT NULL);
CREATE INDEX sessions_visited ON public.sessions USING btree (tenant_id, uid) WHERE visited;

CREATE TABLE shares (
  session uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  share_id uuid NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  shared_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  CONSTRAINT shares_pkey PRIMARY KEY (session, name, share_id)
);
CREATE INDEX shares_by_name ON public.shares USING btree (tenant_id, name);

CREATE TABLE tasks (
  task_id uuid NOT NULL,
  session uuid NOT NULL,
  number integer NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  agent_id text COLLATE "C",
  status smallint NOT NULL,
  ready_at timestamp with time zone,
  lease_id uuid,
  lease_until timestamp with time zone,
  lease_length interval,
  deadline_at timestamp with time zone,
  due_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  last_seq integer NOT NULL,
  tokens bigint NOT NULL,
  cost_micros bigint NOT NULL,
  duration_ms bigint,
  bytes bytea NOT NULL,
  CONSTRAINT tasks_pkey PRIMARY KEY (task_id)
) WITH (fillfactor=80);
CREATE INDEX tasks_completed ON public.tasks USING btree (tenant_id, type, ended_at DESC) WHERE (status = 5);
CREATE INDEX tasks_completed_of_session ON public.tasks USING btree (session, last_seq DESC) WHERE (status = 5);
CREATE INDEX tasks_due ON public.tasks USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX tasks_leased ON public.tasks USING btree (tenant_id) WHERE (lease_id IS NOT NULL);
CREATE UNIQUE INDEX tasks_of_session ON public.tasks USING btree (session, number);
CREATE INDEX tasks_of_user ON public.tasks USING btree (tenant_id, user_id, created_at DESC, task_id DESC);
CREATE INDEX tasks_ready ON public.tasks USING btree (tenant_id, ready_at) WHERE (ready_at IS NOT NULL);
CREATE INDEX tasks_ready_of_agent ON public.tasks USING btree (tenant_id, agent_id, ready_at) WHERE ((ready_at IS NOT NULL) AND (agent_id IS NOT NULL));
CREATE INDEX tasks_ready_of_type ON public.tasks USING btree (tenant_id, type, ready_at) WHERE (ready_at IS NOT NULL);

CREATE TABLE tickets (
  hash bytea NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  roles text[] NOT NULL,
  scopes text[] NOT NULL,
  groups text[] NOT NULL,
  email text,
  session_uid uuid,
  key_prefix text COLLATE "C",
  key_hash bytea,
  token_ends_at timestamp with time zone,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT tickets_pkey PRIMARY KEY (hash)
);
CREATE INDEX tickets_due ON public.tickets USING btree (expires_at);
CREATE INDEX tickets_of_user ON public.tickets USING btree (tenant_id, user_id);

CREATE OR REPLACE FUNCTION public.drop_unpacked_chunks(log uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM FROM sessions WHERE uid = log FOR UPDATE;
  DELETE FROM session_archives a WHERE a.session = log AND a.last_seq - a.first_seq + 1 = (
    SELECT count(*) FROM session_events e
    WHERE e.session = log AND e.seq BETWEEN a.first_seq AND a.last_seq);
END
$function$;

CREATE OR REPLACE FUNCTION public.erase_account(erasure uuid, tenant text, erased text, alias text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.living_sessions(tenant text, owner text, at timestamp with time zone, most integer)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.remove_packed_events(log uuid, due timestamp with time zone, most integer)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION public.run_again()
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'an operation was recorded concurrently' USING ERRCODE = 'serialization_failure';
END
$function$;
