-- SPDX-License-Identifier: Apache-2.0
-- Each entry that says from where was written into one index more, for the day on which a person is forgotten. Those of an actor are few enough to be looked through then, by
-- audit_by_any_actor; the release before this one finds them by it, too.

DROP INDEX audit_by_address;
