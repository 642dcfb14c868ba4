-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/020-management-roles.sql.

CREATE TABLE role_management_permissions (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  role_id text COLLATE "C" NOT NULL,
  scope text COLLATE "C" NOT NULL,
  FOREIGN KEY (tenant, role_id) REFERENCES roles ON DELETE CASCADE,
  PRIMARY KEY (tenant, role_id, scope)
);

SELECT postern_isolate ('role_management_permissions');

SELECT postern_tell_changes ('role_management_permissions');
