-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/019-joins.sql.

CREATE TABLE organization_joins (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  connector_id text COLLATE "C" NOT NULL,
  email_domain text COLLATE "C" NOT NULL,
  organization_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, connector_id, email_domain, organization_id),
  FOREIGN KEY (tenant, organization_id) REFERENCES organizations ON DELETE CASCADE
);

SELECT postern_isolate ('organization_joins');

CREATE INDEX organization_joins_by_organization ON organization_joins (tenant, organization_id);
