-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/015-audit-chain.sql.

CREATE TABLE audit_chain (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  seq bigint NOT NULL CHECK (seq >= 0),
  audit_key bigint NOT NULL,
  leaf text COLLATE "C" NOT NULL,
  chain text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, seq)
);

SELECT postern_isolate ('audit_chain');

CREATE UNIQUE INDEX audit_chain_by_key ON audit_chain (tenant, audit_key);

CREATE TABLE audit_trees (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  name text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  nodes text COLLATE "C" NOT NULL,
  chain text COLLATE "C" NOT NULL,
  last_key bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, name)
);

SELECT postern_isolate ('audit_trees');

CREATE TABLE audit_heads (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  tree_size bigint NOT NULL CHECK (tree_size >= 0),
  kid text COLLATE "C" NOT NULL,
  statement text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, tree_size)
);

SELECT postern_isolate ('audit_heads');
