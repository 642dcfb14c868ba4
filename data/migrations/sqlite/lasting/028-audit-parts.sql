-- SPDX-License-Identifier: Apache-2.0
-- What an entry says of a person and can be forgotten, beside the hash of it that the log is made of (src/store/postern-audit-part.h).

ALTER TABLE audit ADD COLUMN address_salt TEXT;

ALTER TABLE audit ADD COLUMN address_hash TEXT;

ALTER TABLE audit ADD COLUMN person TEXT;

ALTER TABLE audit ADD COLUMN personal TEXT;

ALTER TABLE audit ADD COLUMN personal_hash TEXT;

CREATE INDEX audit_by_address ON audit (actor) WHERE address_salt IS NOT NULL;

CREATE INDEX audit_by_person ON audit (person) WHERE personal IS NOT NULL;
