-- SPDX-License-Identifier: Apache-2.0
-- What must last: the state of ../../sqlite/lasting up to 011, on a database that all tenants share. Each table begins with its tenant,
-- as does each key, index and reference, so that rows can be spread over servers by it. No statement of ours names the tenant:
-- it is the column's default, and row-level security adds it to whatever is asked, also when the owner of the table asks.
-- How to write the next one: ../../README.md. An empty line ends a statement.

CREATE FUNCTION postern_isolate (name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format ('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
  EXECUTE format ('CREATE POLICY tenant ON %s USING (tenant = current_setting (''postern.tenant'')) WITH CHECK (tenant = current_setting (''postern.tenant''))', name);
END
$$;

CREATE FUNCTION postern_tell () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify ('postern', current_setting ('postern.tenant'));
  RETURN NULL;
END
$$;

-- For the few tables that caches keep rows of: every process hears of a change.

CREATE FUNCTION postern_tell_changes (name regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format ('CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH STATEMENT EXECUTE FUNCTION postern_tell ()', name);
END
$$;

CREATE TABLE users (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  username text COLLATE "C",
  email text COLLATE "C",
  phone text COLLATE "C",
  email_verified bigint NOT NULL,
  phone_verified bigint NOT NULL,
  profile text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL,
  administrator bigint NOT NULL,
  disabled_at bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  last_sign_in_at bigint NOT NULL,
  ended_at bigint NOT NULL DEFAULT 0,
  deletes_at bigint NOT NULL DEFAULT 0,
  appearance text COLLATE "C",
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, username),
  UNIQUE (tenant, email),
  UNIQUE (tenant, phone)
);

SELECT postern_isolate ('users');

CREATE INDEX users_administrators ON users (tenant, administrator) WHERE administrator = 1;

CREATE TABLE credentials (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  used_at bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, user_id) REFERENCES users ON DELETE CASCADE
);

SELECT postern_isolate ('credentials');

CREATE INDEX credentials_by_user ON credentials (tenant, user_id, kind, id);

CREATE TABLE identities (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  connector text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  claims text COLLATE "C" NOT NULL,
  upstream text COLLATE "C",
  created_at bigint NOT NULL,
  used_at bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, user_id) REFERENCES users ON DELETE CASCADE,
  UNIQUE (tenant, connector, subject)
);

SELECT postern_isolate ('identities');

CREATE INDEX identities_by_user ON identities (tenant, user_id);

CREATE TABLE applications (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  enabled bigint NOT NULL,
  first_party bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  metadata text COLLATE "C" NOT NULL,
  secrets text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);

SELECT postern_isolate ('applications');

SELECT postern_tell_changes ('applications');

CREATE TABLE sessions (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  key bigint NOT NULL CHECK (key >= 0),
  id text COLLATE "C" NOT NULL,
  secret_hash text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  device_hash text COLLATE "C",
  amr text COLLATE "C",
  acr text COLLATE "C",
  user_agent text COLLATE "C",
  remote_address text COLLATE "C",
  upstream_connector text COLLATE "C",
  upstream_sid text COLLATE "C",
  auth_time bigint NOT NULL,
  created_at bigint NOT NULL,
  used_at bigint NOT NULL,
  idle_expires_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  ended_at bigint NOT NULL,
  factors text COLLATE "C",
  application_id text COLLATE "C",
  PRIMARY KEY (tenant, key),
  FOREIGN KEY (tenant, user_id) REFERENCES users ON DELETE CASCADE
);

SELECT postern_isolate ('sessions');

CREATE INDEX sessions_by_user ON sessions (tenant, user_id);

CREATE TABLE grants (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  key bigint NOT NULL CHECK (key >= 0),
  id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C",
  application_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C",
  scope text COLLATE "C",
  resource text COLLATE "C",
  data text COLLATE "C" NOT NULL,
  offline bigint NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  revoked_at bigint NOT NULL,
  code_hash text COLLATE "C",
  code_redirect_uri text COLLATE "C",
  code_challenge text COLLATE "C",
  code_expires_at bigint NOT NULL,
  code_used_at bigint NOT NULL,
  PRIMARY KEY (tenant, key),
  FOREIGN KEY (tenant, user_id) REFERENCES users ON DELETE CASCADE
);

SELECT postern_isolate ('grants');

CREATE INDEX grants_by_user ON grants (tenant, user_id, session_id) WHERE user_id IS NOT NULL;

CREATE TABLE refresh_tokens (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  grant_key bigint NOT NULL,
  hash text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint NOT NULL,
  FOREIGN KEY (tenant, grant_key) REFERENCES grants ON DELETE CASCADE,
  PRIMARY KEY (tenant, grant_key, hash)
);

SELECT postern_isolate ('refresh_tokens');

CREATE TABLE consents (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  user_id text COLLATE "C" NOT NULL,
  application_id text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  updated_at bigint NOT NULL,
  FOREIGN KEY (tenant, user_id) REFERENCES users ON DELETE CASCADE,
  FOREIGN KEY (tenant, application_id) REFERENCES applications ON DELETE CASCADE,
  PRIMARY KEY (tenant, user_id, application_id)
);

SELECT postern_isolate ('consents');

CREATE INDEX consents_by_application ON consents (tenant, application_id);

CREATE TABLE revoked_tokens (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  jti text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (tenant, jti)
);

SELECT postern_isolate ('revoked_tokens');

CREATE TABLE signing_keys (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  kid text COLLATE "C" NOT NULL,
  use text COLLATE "C" NOT NULL,
  alg text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  public_jwk text COLLATE "C" NOT NULL,
  private_jwk text COLLATE "C",
  created_at bigint NOT NULL,
  activated_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (tenant, kid)
);

SELECT postern_isolate ('signing_keys');

SELECT postern_tell_changes ('signing_keys');

CREATE UNIQUE INDEX signing_keys_by_role ON signing_keys (tenant, use, alg, state) WHERE state IN ('next', 'current');

CREATE TABLE tickets (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  hash text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint NOT NULL,
  PRIMARY KEY (tenant, hash)
);

SELECT postern_isolate ('tickets');

CREATE TABLE devices (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  user_id text COLLATE "C" NOT NULL,
  device_hash text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  used_at bigint NOT NULL,
  trusted_at bigint NOT NULL DEFAULT 0,
  FOREIGN KEY (tenant, user_id) REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (tenant, user_id, device_hash)
);

SELECT postern_isolate ('devices');

CREATE TABLE settings (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  name text COLLATE "C" NOT NULL,
  value text COLLATE "C" NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, name)
);

SELECT postern_isolate ('settings');

SELECT postern_tell_changes ('settings');

CREATE TABLE audit (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  key bigint NOT NULL CHECK (key >= 0),
  id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  event text COLLATE "C" NOT NULL,
  actor text COLLATE "C",
  target text COLLATE "C",
  request_id text COLLATE "C",
  remote_address text COLLATE "C",
  data text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, key)
);

SELECT postern_isolate ('audit');

CREATE TABLE leases (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  name text COLLATE "C" NOT NULL,
  holder text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (tenant, name)
);

SELECT postern_isolate ('leases');

CREATE TABLE outbox (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  key bigint NOT NULL CHECK (key >= 0),
  id text COLLATE "C" NOT NULL,
  channel text COLLATE "C" NOT NULL,
  recipient text COLLATE "C" NOT NULL,
  template text COLLATE "C" NOT NULL,
  language text COLLATE "C" NOT NULL,
  model text COLLATE "C",
  state text COLLATE "C" NOT NULL,
  attempts bigint NOT NULL,
  messenger text COLLATE "C",
  result text COLLATE "C",
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  due_at bigint NOT NULL,
  purge_at bigint NOT NULL,
  PRIMARY KEY (tenant, key)
);

SELECT postern_isolate ('outbox');

CREATE INDEX outbox_due ON outbox (tenant, due_at) WHERE due_at > 0;

CREATE TABLE codes (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  owner text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  purpose text COLLATE "C" NOT NULL,
  flow_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C",
  recipient text COLLATE "C",
  hash text COLLATE "C" NOT NULL,
  link_hash text COLLATE "C" NOT NULL,
  tries bigint NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint NOT NULL,
  PRIMARY KEY (tenant, owner),
  UNIQUE (tenant, id),
  FOREIGN KEY (tenant, user_id) REFERENCES users ON DELETE CASCADE
);

SELECT postern_isolate ('codes');

CREATE INDEX codes_by_user ON codes (tenant, user_id) WHERE user_id IS NOT NULL;

CREATE TABLE access_tokens (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  key bigint NOT NULL CHECK (key >= 0),
  id text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL,
  claims text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (tenant, key)
);

SELECT postern_isolate ('access_tokens');

CREATE UNIQUE INDEX credentials_by_passkey ON credentials (tenant, value) WHERE kind = 'passkey';

CREATE TABLE instances (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  name text COLLATE "C",
  position bigint NOT NULL,
  enabled bigint NOT NULL,
  settings text COLLATE "C" NOT NULL,
  secrets text COLLATE "C",
  revision bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);

SELECT postern_isolate ('instances');

SELECT postern_tell_changes ('instances');

CREATE INDEX audit_by_actor ON audit (tenant, actor, key) WHERE event NOT IN ('sign-in.succeeded', 'session.used', 'session.ended');

CREATE INDEX users_deleted ON users (tenant, deletes_at) WHERE deletes_at > 0;
