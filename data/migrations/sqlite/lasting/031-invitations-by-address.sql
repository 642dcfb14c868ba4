-- SPDX-License-Identifier: Apache-2.0
-- Who is deleted leaves no invitation to their address; and inviting somebody again ends the invitation before.

CREATE INDEX invitations_by_address ON invitations (email);
