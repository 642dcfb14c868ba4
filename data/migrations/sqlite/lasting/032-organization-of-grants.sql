-- SPDX-License-Identifier: Apache-2.0
-- A worker of a release before 024 that is still there while it ends leaves empty for which organization a grant is: then the database fills it in.
-- SQLite lets no trigger call json_extract(). Within a string a quotation mark has a backslash before it; so only a member matches.

UPDATE grants SET organization_id = json_extract (data, '$.organization_id') WHERE organization_id IS NULL AND data LIKE '%"organization_id"%';

CREATE TRIGGER grants_organization AFTER INSERT ON grants WHEN NEW.organization_id IS NULL AND NEW.data LIKE '%"organization_id":"org_%'
BEGIN
  UPDATE grants SET organization_id = substr (NEW.data, instr (NEW.data, '"organization_id":"org_') + length ('"organization_id":"'), length ('org_') + 26) WHERE key = NEW.key;
END;
