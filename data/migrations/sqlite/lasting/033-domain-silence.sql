-- SPDX-License-Identifier: Apache-2.0
-- Since when nobody has answered whether a domain is still proved: whoever has its DNS now may keep silent for ever.

ALTER TABLE organization_domains ADD COLUMN silent_at INTEGER NOT NULL DEFAULT 0;
