-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/012-organizations.sql.

CREATE TABLE organizations (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  slug text COLLATE "C",
  name text COLLATE "C" NOT NULL,
  data text COLLATE "C" NOT NULL,
  branding text COLLATE "C" NOT NULL,
  sign_in_rules text COLLATE "C" NOT NULL,
  disabled_at bigint NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  UNIQUE (tenant, slug)
);

SELECT postern_isolate ('organizations');

CREATE TABLE organization_members (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  organization_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL,
  joined_at bigint NOT NULL,
  FOREIGN KEY (tenant, organization_id) REFERENCES organizations ON DELETE CASCADE,
  FOREIGN KEY (tenant, user_id) REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (tenant, organization_id, user_id)
);

SELECT postern_isolate ('organization_members');

CREATE INDEX organization_members_by_user ON organization_members (tenant, user_id, organization_id);

CREATE TABLE organization_groups (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  organization_id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, organization_id) REFERENCES organizations ON DELETE CASCADE,
  UNIQUE (tenant, organization_id, name)
);

SELECT postern_isolate ('organization_groups');

CREATE INDEX organization_groups_by_organization ON organization_groups (tenant, organization_id, id);

CREATE TABLE organization_group_members (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  group_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  organization_id text COLLATE "C" NOT NULL,
  FOREIGN KEY (tenant, group_id) REFERENCES organization_groups ON DELETE CASCADE,
  PRIMARY KEY (tenant, group_id, user_id),
  FOREIGN KEY (tenant, organization_id, user_id) REFERENCES organization_members ON DELETE CASCADE
);

SELECT postern_isolate ('organization_group_members');

CREATE INDEX organization_group_members_by_member ON organization_group_members (tenant, organization_id, user_id, group_id);

CREATE TABLE organization_domains (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  organization_id text COLLATE "C" NOT NULL,
  domain text COLLATE "C" NOT NULL,
  token text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  verified_at bigint NOT NULL,
  checked_at bigint NOT NULL,
  failed_at bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, organization_id) REFERENCES organizations ON DELETE CASCADE,
  UNIQUE (tenant, organization_id, domain)
);

SELECT postern_isolate ('organization_domains');

CREATE UNIQUE INDEX organization_domains_verified ON organization_domains (tenant, domain) WHERE verified_at > 0;

CREATE INDEX organization_domains_checked ON organization_domains (tenant, checked_at) WHERE verified_at > 0;

CREATE TABLE invitations (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  id text COLLATE "C" NOT NULL,
  organization_id text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL,
  role_ids text COLLATE "C" NOT NULL,
  group_ids text COLLATE "C" NOT NULL,
  inviter text COLLATE "C",
  secret_hash text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint NOT NULL,
  revoked_at bigint NOT NULL,
  PRIMARY KEY (tenant, id),
  FOREIGN KEY (tenant, organization_id) REFERENCES organizations ON DELETE CASCADE
);

SELECT postern_isolate ('invitations');

CREATE INDEX invitations_by_organization ON invitations (tenant, organization_id, id);

CREATE TABLE organization_choices (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  session_key bigint NOT NULL,
  application_id text COLLATE "C" NOT NULL,
  organization_id text COLLATE "C" NOT NULL,
  FOREIGN KEY (tenant, session_key) REFERENCES sessions ON DELETE CASCADE,
  FOREIGN KEY (tenant, organization_id) REFERENCES organizations ON DELETE CASCADE,
  PRIMARY KEY (tenant, session_key, application_id)
);

SELECT postern_isolate ('organization_choices');

CREATE INDEX organization_choices_by_organization ON organization_choices (tenant, organization_id);
