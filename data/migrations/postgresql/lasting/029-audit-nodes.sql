-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/029-audit-nodes.sql.

CREATE TABLE audit_nodes (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  level bigint NOT NULL,
  number bigint NOT NULL,
  hash text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, level, number)
);

SELECT postern_isolate ('audit_nodes');
