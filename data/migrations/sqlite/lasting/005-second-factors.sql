-- SPDX-License-Identifier: Apache-2.0
-- Which factors a session was made with, the first one first, separated by spaces; and since when a browser is remembered, so
-- that its owner is not asked for a second factor there.

ALTER TABLE sessions ADD COLUMN factors TEXT;

ALTER TABLE devices ADD COLUMN trusted_at INTEGER NOT NULL DEFAULT 0;
