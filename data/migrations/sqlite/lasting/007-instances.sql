-- SPDX-License-Identifier: Apache-2.0
-- Instances of plugins that were set up in the console or by the API. `settings` has what is no secret, `secrets` the rest, sealed.
-- `revision` tells a worker whether what it made is what stands here.

CREATE TABLE instances (
  id TEXT NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  name TEXT,
  position INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  settings TEXT NOT NULL,
  secrets TEXT,
  revision INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
