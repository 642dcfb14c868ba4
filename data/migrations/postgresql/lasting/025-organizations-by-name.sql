-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/025-organizations-by-name.sql; a column of the collation "C" has lower() of ASCII alone, too.

CREATE INDEX organizations_by_name ON organizations (tenant, lower (name), id);
