-- SPDX-License-Identifier: Apache-2.0
-- Files of people that are being taken over from elsewhere, and how far each has come: moved on in the transaction that makes the
-- people, so that a run that was cut off goes on behind what is there.

CREATE TABLE imports (
  id TEXT NOT NULL PRIMARY KEY,
  digest TEXT NOT NULL,
  format TEXT NOT NULL,
  position INTEGER NOT NULL,
  created INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL
) STRICT;

-- Of a file that is under way there is one.

CREATE UNIQUE INDEX imports_under_way ON imports (digest, format) WHERE finished_at = 0;

-- What the system that somebody came from, or that the operator keeps people in, calls them.

ALTER TABLE users ADD COLUMN external_id TEXT;

CREATE UNIQUE INDEX users_by_external_id ON users (external_id) WHERE external_id IS NOT NULL;
