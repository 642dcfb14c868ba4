-- SPDX-License-Identifier: Apache-2.0
-- So that a search finds what a name begins with. lower() is of ASCII alone, and so is what is looked for.

CREATE INDEX organizations_by_name ON organizations (lower (name), id);
