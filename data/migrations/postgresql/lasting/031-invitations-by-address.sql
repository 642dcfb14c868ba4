-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/031-invitations-by-address.sql.

CREATE INDEX invitations_by_address ON invitations (tenant, email);
