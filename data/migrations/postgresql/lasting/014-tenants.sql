-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/014-tenants.sql. Rows stand in the store of the default tenant alone, and its row-level security hides them from all others.

CREATE TABLE tenants (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  slug text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  region text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  due_at bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, slug),
  UNIQUE (tenant, id)
);

SELECT postern_isolate ('tenants');

SELECT postern_tell_changes ('tenants');

CREATE TABLE tenant_domains (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  domain text COLLATE "C" NOT NULL,
  slug text COLLATE "C" NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (tenant, domain),
  FOREIGN KEY (tenant, slug) REFERENCES tenants
);

SELECT postern_isolate ('tenant_domains');

SELECT postern_tell_changes ('tenant_domains');

CREATE INDEX tenant_domains_by_slug ON tenant_domains (tenant, slug);
