-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/033-domain-silence.sql.

ALTER TABLE organization_domains ADD COLUMN silent_at bigint NOT NULL DEFAULT 0;
