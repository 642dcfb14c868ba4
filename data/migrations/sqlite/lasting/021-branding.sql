-- SPDX-License-Identifier: Apache-2.0
-- What the pages of an organization's people load: a picture, and style sheets. `name`: of the address, made of what is in it; `data`: base64.

CREATE TABLE organization_brand_files (
  organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (organization_id, kind)
) STRICT;

CREATE INDEX organization_brand_files_by_name ON organization_brand_files (name, organization_id);
