-- SPDX-License-Identifier: Apache-2.0
-- What must last. Ids are time-ordered, so rows are added at the end of their trees. Where each sign-in adds one, rows are
-- kept by `key`, a number made of the id (postern_id_get_key): sqlite appends to such a table and needs no second tree to
-- find a row. Small rows with a key of their own are kept in that key's tree (WITHOUT ROWID). Each index is one more page
-- that a sign-in writes: what only the purge looks for has none (postern-purge.c).
-- An empty line ends a statement.

CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  username TEXT UNIQUE,
  email TEXT UNIQUE,
  phone TEXT UNIQUE,
  email_verified INTEGER NOT NULL,
  phone_verified INTEGER NOT NULL,
  profile TEXT NOT NULL,
  data TEXT NOT NULL,
  administrator INTEGER NOT NULL,
  disabled_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_sign_in_at INTEGER NOT NULL
) STRICT;

CREATE INDEX users_administrators ON users (administrator) WHERE administrator = 1;

CREATE TABLE credentials (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;

CREATE INDEX credentials_by_user ON credentials (user_id, kind, id);

CREATE TABLE identities (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  connector TEXT NOT NULL,
  subject TEXT NOT NULL,
  claims TEXT NOT NULL,
  upstream TEXT,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  UNIQUE (connector, subject)
) STRICT;

CREATE INDEX identities_by_user ON identities (user_id);

CREATE TABLE applications (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  first_party INTEGER NOT NULL,
  kind TEXT NOT NULL,
  metadata TEXT NOT NULL,
  secrets TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  key INTEGER PRIMARY KEY CHECK (key >= 0),
  id TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  device_hash TEXT,
  amr TEXT,
  acr TEXT,
  user_agent TEXT,
  remote_address TEXT,
  upstream_connector TEXT,
  upstream_sid TEXT,
  auth_time INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  idle_expires_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id);

-- A grant outlives its session where it is offline, and its application until the purge comes by, so both are named but not
-- referred to. Its authorization code is part of it.

CREATE TABLE grants (
  key INTEGER PRIMARY KEY CHECK (key >= 0),
  id TEXT NOT NULL,
  user_id TEXT REFERENCES users ON DELETE CASCADE,
  application_id TEXT NOT NULL,
  session_id TEXT,
  scope TEXT,
  resource TEXT,
  data TEXT NOT NULL,
  offline INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL,
  code_hash TEXT,
  code_redirect_uri TEXT,
  code_challenge TEXT,
  code_expires_at INTEGER NOT NULL,
  code_used_at INTEGER NOT NULL
) STRICT;

CREATE INDEX grants_by_user ON grants (user_id, session_id) WHERE user_id IS NOT NULL;

CREATE TABLE refresh_tokens (
  grant_key INTEGER NOT NULL REFERENCES grants ON DELETE CASCADE,
  hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (grant_key, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE consents (
  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  application_id TEXT NOT NULL REFERENCES applications ON DELETE CASCADE,
  scope TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, application_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX consents_by_application ON consents (application_id);

CREATE TABLE revoked_tokens (
  jti TEXT NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_keys (
  kid TEXT NOT NULL PRIMARY KEY,
  use TEXT NOT NULL,
  alg TEXT NOT NULL,
  state TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  private_jwk TEXT,
  created_at INTEGER NOT NULL,
  activated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

-- Of each algorithm one key signs and one waits, whoever rotates at the same time.

CREATE UNIQUE INDEX signing_keys_by_role ON signing_keys (use, alg, state) WHERE state IN ('next', 'current');

CREATE TABLE tickets (
  hash TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  device_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, device_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  key INTEGER PRIMARY KEY CHECK (key >= 0),
  id TEXT NOT NULL,
  at INTEGER NOT NULL,
  event TEXT NOT NULL,
  actor TEXT,
  target TEXT,
  request_id TEXT,
  remote_address TEXT,
  data TEXT NOT NULL
) STRICT;

CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
