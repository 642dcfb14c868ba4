-- SPDX-License-Identifier: Apache-2.0
-- How far each sink that takes the audit log is in it: `id` is the instance's, `position` the number of the next entry that it has not taken.

CREATE TABLE sink_places (
  id TEXT NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL,
  delivered INTEGER NOT NULL,
  missed INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  failing_since INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  error TEXT,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
