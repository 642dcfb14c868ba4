-- SPDX-License-Identifier: Apache-2.0
-- What a group is for, in the words of who runs its organization.

ALTER TABLE organization_groups ADD COLUMN description TEXT;
