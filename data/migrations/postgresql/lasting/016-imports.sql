-- SPDX-License-Identifier: Apache-2.0
-- As in ../../sqlite/lasting.

CREATE TABLE imports (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  digest text COLLATE "C" NOT NULL,
  format text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  created bigint NOT NULL,
  refused bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  finished_at bigint NOT NULL,
  PRIMARY KEY (tenant, id)
);

SELECT postern_isolate ('imports');

CREATE UNIQUE INDEX imports_under_way ON imports (tenant, digest, format) WHERE finished_at = 0;

-- What the system that somebody came from, or that the operator keeps people in, calls them.

ALTER TABLE users ADD COLUMN external_id text COLLATE "C";

CREATE UNIQUE INDEX users_by_external_id ON users (tenant, external_id) WHERE external_id IS NOT NULL;
