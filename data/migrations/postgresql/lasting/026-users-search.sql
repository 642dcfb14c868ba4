-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/026-users-search.sql.

CREATE INDEX users_enabled ON users (tenant, id) WHERE disabled_at = 0;

CREATE INDEX users_disabled_by_username ON users (tenant, username) WHERE disabled_at > 0 AND username IS NOT NULL;

CREATE INDEX users_disabled_by_email ON users (tenant, email) WHERE disabled_at > 0 AND email IS NOT NULL;

CREATE INDEX users_disabled_by_phone ON users (tenant, phone) WHERE disabled_at > 0 AND phone IS NOT NULL;
