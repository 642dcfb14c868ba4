-- SPDX-License-Identifier: Apache-2.0
-- Which tenants there are. Rows stand in the store of the default tenant alone; what a tenant keeps is in its own.
-- `due_at`: when it is to be opened for its periodic work, if nobody comes before; not 0 and past while it is open.

CREATE TABLE tenants (
  slug TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  region TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tenant_domains (
  domain TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL REFERENCES tenants (slug),
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX tenant_domains_by_slug ON tenant_domains (slug);
