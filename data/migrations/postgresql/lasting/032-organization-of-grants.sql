-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/032-organization-of-grants.sql.

ALTER TABLE grants NO FORCE ROW LEVEL SECURITY;

UPDATE grants SET organization_id = data::json ->> 'organization_id' WHERE organization_id IS NULL AND data LIKE '%"organization_id"%';

ALTER TABLE grants FORCE ROW LEVEL SECURITY;

CREATE FUNCTION postern_fill_organization () RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.organization_id := NEW.data::json ->> 'organization_id';
  RETURN NEW;
END
$$;

CREATE TRIGGER organization BEFORE INSERT ON grants FOR EACH ROW WHEN (NEW.organization_id IS NULL AND NEW.data LIKE '%"organization_id"%') EXECUTE FUNCTION postern_fill_organization ();
