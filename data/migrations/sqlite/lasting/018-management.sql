-- SPDX-License-Identifier: Apache-2.0
-- The management API: what was answered to a request that named a key for its repetitions, and what lists are filtered by. `hash`:
-- of who asks and the key; `request`: of the request; `answer`: sealed.

CREATE TABLE idempotency_keys (
  hash TEXT NOT NULL PRIMARY KEY,
  request TEXT NOT NULL,
  status INTEGER NOT NULL,
  answer TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX grants_by_application ON grants (application_id, key);

CREATE INDEX audit_by_event ON audit (event, key);

CREATE INDEX audit_by_target ON audit (target, key) WHERE target IS NOT NULL;

CREATE INDEX audit_by_any_actor ON audit (actor, key) WHERE actor IS NOT NULL;

CREATE INDEX users_disabled ON users (id) WHERE disabled_at > 0;
