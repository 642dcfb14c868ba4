-- SPDX-License-Identifier: Apache-2.0
-- How a person wants the pages to look, where they sign in: 'light' or 'dark'; NULL: as the device does.

ALTER TABLE users ADD COLUMN appearance TEXT;
