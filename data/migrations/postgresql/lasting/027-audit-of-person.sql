-- SPDX-License-Identifier: Apache-2.0
-- As ../../sqlite/lasting/027-audit-of-person.sql.

DROP INDEX audit_by_actor;

CREATE INDEX audit_of_person ON audit (tenant, actor, key) WHERE event <> 'sign-in.succeeded' AND event <> 'session.used' AND event <> 'session.ended' AND event <> 'token.issued' AND actor IS NOT NULL;
