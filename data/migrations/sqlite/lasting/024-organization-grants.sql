-- SPDX-License-Identifier: Apache-2.0
-- For which organization a grant is, as its data says, so that all of one can be revoked at once.

ALTER TABLE grants ADD COLUMN organization_id TEXT;

UPDATE grants SET organization_id = json_extract (data, '$.organization_id') WHERE data LIKE '%"organization_id"%';

CREATE INDEX grants_by_organization ON grants (organization_id, user_id) WHERE organization_id IS NOT NULL;
