-- SPDX-License-Identifier: Apache-2.0
-- Which organizations somebody comes to belong to by signing in: what the rules of an organization say of it, in the order in which
-- a sign-in asks. `email_domain`: '' where the address does not matter.

CREATE TABLE organization_joins (
  connector_id TEXT NOT NULL,
  email_domain TEXT NOT NULL,
  organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
  PRIMARY KEY (connector_id, email_domain, organization_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX organization_joins_by_organization ON organization_joins (organization_id);
