-- SPDX-License-Identifier: Apache-2.0
-- Whose the periodic work is: renewed every few seconds, so not where each write is waited for until it has reached the disk. PostgreSQL
-- has one table of this name for both, and waits for a write or does not; the one in lasting.db is for what is changed with its lease.

CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
