-- SPDX-License-Identifier: Apache-2.0
-- Who is asked what tokens say besides: of an application or of a resource, which is the owner. The store takes a row away with its owner.

CREATE TABLE claims_hooks (
  owner_id TEXT NOT NULL PRIMARY KEY,
  url TEXT NOT NULL,
  secret TEXT NOT NULL,
  timeout INTEGER NOT NULL,
  on_failure TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
