-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/036-sink-places.sql.

CREATE TABLE sink_places (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  delivered bigint NOT NULL,
  missed bigint NOT NULL,
  failures bigint NOT NULL,
  failing_since bigint NOT NULL,
  due_at bigint NOT NULL,
  error text COLLATE "C",
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);

SELECT postern_isolate ('sink_places');
