-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/022-webhooks.sql.

CREATE TABLE webhooks (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  url text COLLATE "C" NOT NULL,
  description text COLLATE "C",
  events text COLLATE "C" NOT NULL,
  enabled bigint NOT NULL,
  secret text COLLATE "C" NOT NULL,
  old_secret text COLLATE "C",
  old_secret_until bigint NOT NULL,
  revision bigint NOT NULL,
  position bigint NOT NULL,
  delivered bigint NOT NULL,
  missed bigint NOT NULL,
  failures bigint NOT NULL,
  failing_since bigint NOT NULL,
  due_at bigint NOT NULL,
  attempts text COLLATE "C" NOT NULL,
  disabled_reason text COLLATE "C",
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);

SELECT postern_isolate ('webhooks');
