-- SPDX-License-Identifier: Apache-2.0
-- When what a person had shown last stopped counting, in microseconds: what was shown before is worth nothing after it.

ALTER TABLE users ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;
