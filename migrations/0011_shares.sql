-- Whom sessions are shared with: an index of what their heads say. `name` is `u:` a user, `e:` an
-- e-mail address, `g:` a group, `l:` the SHA-256 of a link's secret.
CREATE TABLE shares (
  session uuid NOT NULL,
  name text COLLATE "C" NOT NULL,
  share_id uuid NOT NULL,
  tenant_id text COLLATE "C" NOT NULL,
  shared_at timestamptz NOT NULL,
  expires_at timestamptz,
  PRIMARY KEY (session, name, share_id)
);

CREATE INDEX shares_by_name ON shares (tenant_id, name);

-- True of those whose log may name others than their owner.
ALTER TABLE sessions ADD COLUMN visited boolean NOT NULL DEFAULT false;
CREATE INDEX sessions_visited ON sessions (tenant_id, uid) WHERE visited;
