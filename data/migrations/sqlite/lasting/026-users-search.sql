-- SPDX-License-Identifier: Apache-2.0
-- Who is not switched off, by id: where many who came first are, a list need not read past them all. And by name who is, who are
-- few among those that a search finds.

CREATE INDEX users_enabled ON users (id) WHERE disabled_at = 0;

CREATE INDEX users_disabled_by_username ON users (username) WHERE disabled_at > 0 AND username IS NOT NULL;

CREATE INDEX users_disabled_by_email ON users (email) WHERE disabled_at > 0 AND email IS NOT NULL;

CREATE INDEX users_disabled_by_phone ON users (phone) WHERE disabled_at > 0 AND phone IS NOT NULL;
