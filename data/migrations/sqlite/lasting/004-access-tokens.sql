-- SPDX-License-Identifier: Apache-2.0
-- Opaque access tokens. `claims` is what a JWT would have said itself. A token's grant is named in there and not referred to:
-- whoever looks a token up looks its grant up, too.

CREATE TABLE access_tokens (
  key INTEGER PRIMARY KEY CHECK (key >= 0),
  id TEXT NOT NULL,
  hash TEXT NOT NULL,
  claims TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
