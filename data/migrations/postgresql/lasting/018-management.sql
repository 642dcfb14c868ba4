-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/018-management.sql.

CREATE TABLE idempotency_keys (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  hash text COLLATE "C" NOT NULL,
  request text COLLATE "C" NOT NULL,
  status bigint NOT NULL,
  answer text COLLATE "C",
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (tenant, hash)
);

SELECT postern_isolate ('idempotency_keys');

CREATE INDEX grants_by_application ON grants (tenant, application_id, key);

CREATE INDEX audit_by_event ON audit (tenant, event, key);

CREATE INDEX audit_by_target ON audit (tenant, target, key) WHERE target IS NOT NULL;

CREATE INDEX audit_by_any_actor ON audit (tenant, actor, key) WHERE actor IS NOT NULL;

CREATE INDEX users_disabled ON users (tenant, id) WHERE disabled_at > 0;
