-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/023-claims-hooks.sql.

CREATE TABLE claims_hooks (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  owner_id text COLLATE "C" NOT NULL,
  url text COLLATE "C" NOT NULL,
  secret text COLLATE "C" NOT NULL,
  timeout bigint NOT NULL,
  on_failure text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, owner_id)
);

SELECT postern_isolate ('claims_hooks');

SELECT postern_tell_changes ('claims_hooks');
