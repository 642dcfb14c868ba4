-- SPDX-License-Identifier: Apache-2.0
-- What was signed when the log was cut: a JWS; of the tree that grows, NULL.

ALTER TABLE audit_trees ADD COLUMN statement TEXT;
