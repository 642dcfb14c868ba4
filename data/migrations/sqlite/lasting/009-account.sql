-- SPDX-License-Identifier: Apache-2.0
-- What a person sees of their account. The index leaves out what each sign-in writes: those are seen as sessions, and a sign-in
-- shall not write one more page for it. postern-audit-store.c asks in the same words.
-- `deletes_at`: when the account goes, because its owner wants it to; 0: it stays.

CREATE INDEX audit_by_actor ON audit (actor, key) WHERE event NOT IN ('sign-in.succeeded', 'session.used', 'session.ended');

ALTER TABLE users ADD COLUMN deletes_at INTEGER NOT NULL DEFAULT 0;

CREATE INDEX users_deleted ON users (deletes_at) WHERE deletes_at > 0;
