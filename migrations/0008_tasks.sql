-- What is counted and filtered of runs.
ALTER TABLE sessions
  ADD COLUMN session_type smallint NOT NULL DEFAULT 0,
  ADD COLUMN tokens_used bigint NOT NULL DEFAULT 0,
  ADD COLUMN cost_micros bigint NOT NULL DEFAULT 0;

-- Tasks as they are looked for. What a task is follows from its session's log; its row is written
-- in the same transaction as the events that change it, but for the lease, which heartbeats extend
-- without an event.
CREATE TABLE tasks (
  task_id uuid PRIMARY KEY,
  session uuid NOT NULL,
  -- From 1 within the session.
  number integer NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  agent_id text COLLATE "C",
  status smallint NOT NULL,
  -- From when on it is offered to workers; null where it may not be claimed. An offer moves it on
  -- by a moment.
  ready_at timestamptz,
  -- The event with which it was claimed; null where nobody has it.
  lease_id uuid,
  lease_until timestamptz,
  -- How long the lease lasts each time the worker is heard of.
  lease_length interval,
  deadline_at timestamptz,
  -- When somebody should look whether the lease or the time has run out.
  due_at timestamptz,
  created_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- seq of the last event that changed it.
  last_seq integer NOT NULL,
  tokens bigint NOT NULL,
  cost_micros bigint NOT NULL,
  duration_ms bigint,
  -- The task, encoded.
  bytes bytea NOT NULL
) WITH (fillfactor = 80);

CREATE UNIQUE INDEX tasks_of_session ON tasks (session, number);
-- Whatever a worker asks for has its queue in order.
CREATE INDEX tasks_ready ON tasks (tenant_id, ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX tasks_ready_of_type ON tasks (tenant_id, type, ready_at) WHERE ready_at IS NOT NULL;
CREATE INDEX tasks_ready_of_agent ON tasks (tenant_id, agent_id, ready_at)
  WHERE ready_at IS NOT NULL AND agent_id IS NOT NULL;
CREATE INDEX tasks_leased ON tasks (tenant_id) WHERE lease_id IS NOT NULL;
CREATE INDEX tasks_due ON tasks (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_of_user ON tasks (tenant_id, user_id, created_at DESC, task_id DESC);
-- 5: completed.
CREATE INDEX tasks_completed ON tasks (tenant_id, type, ended_at DESC) WHERE status = 5;
CREATE INDEX tasks_completed_of_session ON tasks (session, last_seq DESC) WHERE status = 5;
