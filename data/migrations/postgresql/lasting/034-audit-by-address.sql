-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/034-audit-by-address.sql.

DROP INDEX audit_by_address;
