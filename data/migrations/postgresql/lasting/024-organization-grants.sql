-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/024-organization-grants.sql.

ALTER TABLE grants ADD COLUMN organization_id text COLLATE "C";

ALTER TABLE grants NO FORCE ROW LEVEL SECURITY;

UPDATE grants SET organization_id = data::json ->> 'organization_id' WHERE data LIKE '%"organization_id"%';

ALTER TABLE grants FORCE ROW LEVEL SECURITY;

CREATE INDEX grants_by_organization ON grants (tenant, organization_id, user_id) WHERE organization_id IS NOT NULL;
