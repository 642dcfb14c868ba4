-- SPDX-License-Identifier: Apache-2.0
-- Business customers, who belongs to them, and how people come in. What belongs to a person or an organization goes with it.
-- Lists are paged by their keys, so each is kept in the order in which it is read. A member of a group is a member of its
-- organization: who leaves the one leaves the other.

CREATE TABLE organizations (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT UNIQUE,
  name TEXT NOT NULL,
  data TEXT NOT NULL,
  branding TEXT NOT NULL,
  sign_in_rules TEXT NOT NULL,
  disabled_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE organization_members (
  organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
  source TEXT NOT NULL,
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX organization_members_by_user ON organization_members (user_id, organization_id);

CREATE TABLE organization_groups (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (organization_id, name)
) STRICT;

CREATE INDEX organization_groups_by_organization ON organization_groups (organization_id, id);

CREATE TABLE organization_group_members (
  group_id TEXT NOT NULL REFERENCES organization_groups ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  organization_id TEXT NOT NULL,
  PRIMARY KEY (group_id, user_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES organization_members ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX organization_group_members_by_member ON organization_group_members (organization_id, user_id, group_id);

-- Many may claim a domain, one may have proved it. `failed_at`: since when the proof is not found any more.

CREATE TABLE organization_domains (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
  domain TEXT NOT NULL,
  token TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  verified_at INTEGER NOT NULL,
  checked_at INTEGER NOT NULL,
  failed_at INTEGER NOT NULL,
  UNIQUE (organization_id, domain)
) STRICT;

CREATE UNIQUE INDEX organization_domains_verified ON organization_domains (domain) WHERE verified_at > 0;

CREATE INDEX organization_domains_checked ON organization_domains (checked_at) WHERE verified_at > 0;

CREATE TABLE invitations (
  id TEXT NOT NULL PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
  email TEXT NOT NULL,
  role_ids TEXT NOT NULL,
  group_ids TEXT NOT NULL,
  inviter TEXT,
  secret_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL
) STRICT;

CREATE INDEX invitations_by_organization ON invitations (organization_id, id);

-- Which organization a person chose the last time, by session and application.

CREATE TABLE organization_choices (
  session_key INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
  application_id TEXT NOT NULL,
  organization_id TEXT NOT NULL REFERENCES organizations ON DELETE CASCADE,
  PRIMARY KEY (session_key, application_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX organization_choices_by_organization ON organization_choices (organization_id);
