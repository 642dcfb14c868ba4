-- SPDX-License-Identifier: Apache-2.0
-- Codes and links that prove who reads an address. A person has one row a purpose, and one more for
-- each browser known to be theirs: the newest takes the place of the one before.

CREATE TABLE codes (
  owner TEXT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  purpose TEXT NOT NULL,
  flow_id TEXT NOT NULL,
  user_id TEXT REFERENCES users ON DELETE CASCADE,
  recipient TEXT,
  hash TEXT NOT NULL,
  link_hash TEXT NOT NULL,
  tries INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX codes_by_user ON codes (user_id) WHERE user_id IS NOT NULL;
