-- SPDX-License-Identifier: Apache-2.0
-- Inner nodes of the audit log's hash tree: number N of level L is the root of the entries from N * 2^L on, 2^L of them. Without them a
-- proof among a million entries hashes all of them.

CREATE TABLE audit_nodes (
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;
