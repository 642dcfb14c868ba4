-- SPDX-License-Identifier: Apache-2.0
-- Which application a session is of, where somebody signed in to one without a browser; NULL: it is a browser's.

ALTER TABLE sessions ADD COLUMN application_id TEXT;
