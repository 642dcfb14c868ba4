-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/028-audit-parts.sql.

ALTER TABLE audit ADD COLUMN address_salt text COLLATE "C";

ALTER TABLE audit ADD COLUMN address_hash text COLLATE "C";

ALTER TABLE audit ADD COLUMN person text COLLATE "C";

ALTER TABLE audit ADD COLUMN personal text COLLATE "C";

ALTER TABLE audit ADD COLUMN personal_hash text COLLATE "C";

CREATE INDEX audit_by_address ON audit (tenant, actor) WHERE address_salt IS NOT NULL;

CREATE INDEX audit_by_person ON audit (tenant, person) WHERE personal IS NOT NULL;
