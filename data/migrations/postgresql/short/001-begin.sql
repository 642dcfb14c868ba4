-- SPDX-License-Identifier: Apache-2.0
-- What may lose its last moment when the server dies: sign-ins under way, and counts of guesses. These tables are logged as all are,
-- only not waited for: an unlogged one would be emptied by a crash.

CREATE TABLE flows (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  key bigint NOT NULL CHECK (key >= 0),
  id text COLLATE "C" NOT NULL,
  browser_hash text COLLATE "C",
  data bytea NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (tenant, key)
);

SELECT postern_isolate ('flows');

CREATE TABLE counters (
  tenant text COLLATE "C" NOT NULL DEFAULT current_setting ('postern.tenant') CHECK (tenant <> ''),
  key text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  resets_at bigint NOT NULL,
  PRIMARY KEY (tenant, key)
);

SELECT postern_isolate ('counters');
