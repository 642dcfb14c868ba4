-- SPDX-License-Identifier: Apache-2.0
-- The order of the audit entries and what proves it: each gets the next number a moment after it was written, its leaf of the
-- hash tree and its link of the chain. `audit_trees`: the tree of all of them ("log") and of what was cut off before it ("cut").
-- `audit_heads`: what was signed about the tree of that size.

CREATE TABLE audit_chain (
  seq INTEGER PRIMARY KEY CHECK (seq >= 0),
  audit_key INTEGER NOT NULL,
  leaf TEXT NOT NULL,
  chain TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX audit_chain_by_key ON audit_chain (audit_key);

CREATE TABLE audit_trees (
  name TEXT NOT NULL PRIMARY KEY,
  size INTEGER NOT NULL,
  nodes TEXT NOT NULL,
  chain TEXT NOT NULL,
  last_key INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_heads (
  tree_size INTEGER PRIMARY KEY CHECK (tree_size >= 0),
  kid TEXT NOT NULL,
  statement TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
