-- SPDX-License-Identifier: Apache-2.0
-- API resources, roles, what a role permits, and who has it. A role that is built in has no row in `roles`, and a subject's id
-- tells by its prefix whose it is, so assignments refer to neither: the store takes them away (postern-assignment-store.c).
-- `organization_id` is '' where there is none, so that it can be part of a key.

CREATE TABLE resources (
  id TEXT NOT NULL PRIMARY KEY,
  indicator TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  settings TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE roles (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (organization_id, kind, name)
) STRICT;

CREATE TABLE role_permissions (
  role_id TEXT NOT NULL REFERENCES roles ON DELETE CASCADE,
  resource_id TEXT NOT NULL REFERENCES resources ON DELETE CASCADE,
  scope TEXT NOT NULL,
  PRIMARY KEY (role_id, resource_id, scope)
) STRICT, WITHOUT ROWID;

CREATE INDEX role_permissions_by_resource ON role_permissions (resource_id, scope);

CREATE TABLE role_assignments (
  subject_id TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  role_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (subject_id, organization_id, role_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX role_assignments_by_role ON role_assignments (role_id, organization_id, subject_id);

CREATE INDEX role_assignments_by_organization ON role_assignments (organization_id) WHERE organization_id <> '';
