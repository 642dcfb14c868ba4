-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/017-audit-cut.sql.

ALTER TABLE audit_trees ADD COLUMN statement text COLLATE "C";
