-- SPDX-License-Identifier: Apache-2.0
-- Whose passkey it is that answers: its id, as the browser says it, is the credential's value, and stands here once.

CREATE UNIQUE INDEX credentials_by_passkey ON credentials (value) WHERE kind = 'passkey';
