-- SPDX-License-Identifier: Apache-2.0
-- What may lose its last moment in a power cut: sign-ins under way, and counts of guesses.

CREATE TABLE flows (
  key INTEGER PRIMARY KEY CHECK (key >= 0),
  id TEXT NOT NULL,
  browser_hash TEXT,
  data BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE counters (
  key TEXT NOT NULL PRIMARY KEY,
  count INTEGER NOT NULL,
  resets_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
