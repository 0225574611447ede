-- Keys of programs. Of a secret there is how it begins, to be looked up by, and its SHA-256.
CREATE TABLE api_keys (
  key_id uuid PRIMARY KEY,
  tenant_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  prefix text COLLATE "C" NOT NULL,
  hash bytea NOT NULL,
  scopes text[] NOT NULL,
  roles text[] NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text COLLATE "C" NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  -- The key that was made to take its place.
  replaced_by uuid,
  -- What makes a retry of its making safe (see operations), for as long as the key is there.
  digest bytea NOT NULL,
  request_hash bytea NOT NULL
);

CREATE UNIQUE INDEX api_keys_hash ON api_keys (hash);
CREATE UNIQUE INDEX api_keys_operations ON api_keys (digest);
CREATE INDEX api_keys_of_tenant ON api_keys (tenant_id, created_at DESC, key_id DESC);
CREATE INDEX api_keys_of_user ON api_keys (tenant_id, user_id, created_at DESC, key_id DESC);
CREATE INDEX api_keys_prefix ON api_keys (prefix);
