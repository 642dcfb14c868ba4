-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/013-roles.sql.

CREATE TABLE resources (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  indicator text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  scopes text COLLATE "C" NOT NULL,
  settings text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, indicator)
);

SELECT postern_isolate ('resources');

SELECT postern_tell_changes ('resources');

CREATE TABLE roles (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  organization_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  description text COLLATE "C",
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, organization_id, kind, name)
);

SELECT postern_isolate ('roles');

SELECT postern_tell_changes ('roles');

CREATE TABLE role_permissions (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  role_id text COLLATE "C" NOT NULL,
  resource_id text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  FOREIGN KEY (tenant, role_id) REFERENCES roles ON DELETE CASCADE,
  FOREIGN KEY (tenant, resource_id) REFERENCES resources ON DELETE CASCADE,
  PRIMARY KEY (tenant, role_id, resource_id, scope)
);

SELECT postern_isolate ('role_permissions');

SELECT postern_tell_changes ('role_permissions');

CREATE INDEX role_permissions_by_resource ON role_permissions (tenant, resource_id, scope);

CREATE TABLE role_assignments (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  subject_id text COLLATE "C" NOT NULL,
  organization_id text COLLATE "C" NOT NULL,
  role_id text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  PRIMARY KEY (tenant, subject_id, organization_id, role_id)
);

SELECT postern_isolate ('role_assignments');

SELECT postern_tell_changes ('role_assignments');

CREATE INDEX role_assignments_by_role ON role_assignments (tenant, role_id, organization_id, subject_id);

CREATE INDEX role_assignments_by_organization ON role_assignments (tenant, organization_id) WHERE organization_id <> '';
