-- SPDX-License-Identifier: Apache-2.0
-- Messages on their way to a person, and afterwards the log of what became of them. `due_at` is when a row may be taken to be
-- sent; whoever takes it moves that on, so that nobody else does. It is 0 in the log, which the index leaves out.

CREATE TABLE outbox (
  key INTEGER PRIMARY KEY CHECK (key >= 0),
  id TEXT NOT NULL,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  template TEXT NOT NULL,
  language TEXT NOT NULL,
  model TEXT,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  messenger TEXT,
  result TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  purge_at INTEGER NOT NULL
) STRICT;

CREATE INDEX outbox_due ON outbox (due_at) WHERE due_at > 0;
