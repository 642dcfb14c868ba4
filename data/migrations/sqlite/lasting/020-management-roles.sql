-- SPDX-License-Identifier: Apache-2.0
-- What roles permit at the management API, which is a resource without a row. That a person is an owner stays in `users.administrator`, where
-- the release before reads and writes it, too.

CREATE TABLE role_management_permissions (
  role_id TEXT NOT NULL REFERENCES roles ON DELETE CASCADE,
  scope TEXT NOT NULL,
  PRIMARY KEY (role_id, scope)
) STRICT, WITHOUT ROWID;
