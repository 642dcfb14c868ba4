-- SPDX-License-Identifier: Apache-2.0
-- A search compares a column with what is looked for. lower() is of ASCII alone, and so is what is looked for.

ALTER TABLE organizations ADD COLUMN folded_name TEXT GENERATED ALWAYS AS (lower (name)) VIRTUAL;

CREATE INDEX organizations_by_folded_name ON organizations (folded_name, id);

DROP INDEX organizations_by_name;
