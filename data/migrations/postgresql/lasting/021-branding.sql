-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/021-branding.sql.

CREATE TABLE organization_brand_files (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  organization_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, organization_id, kind),
  FOREIGN KEY (tenant, organization_id) REFERENCES organizations ON DELETE CASCADE
);

SELECT postern_isolate ('organization_brand_files');

CREATE INDEX organization_brand_files_by_name ON organization_brand_files (tenant, name, organization_id);
