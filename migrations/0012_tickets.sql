-- Short-lived stand-ins for a credential, by the SHA-256 of their secrets, with what it said of its
-- caller and what tells whether it still holds.
CREATE TABLE tickets (
  hash bytea PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  roles text[] NOT NULL,
  scopes text[] NOT NULL,
  groups text[] NOT NULL,
  email text,
  -- The only session it opens, by its internal id.
  session_uid uuid,
  -- The key it was made with.
  key_prefix text COLLATE "C",
  key_hash bytea,
  -- When the token ends that it was made with.
  token_ends_at timestamptz,
  expires_at timestamptz NOT NULL
);

CREATE INDEX tickets_due ON tickets (expires_at);
CREATE INDEX tickets_of_user ON tickets (tenant_id, user_id);
