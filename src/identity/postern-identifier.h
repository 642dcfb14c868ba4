/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-policy.h"

G_BEGIN_DECLS

/**
 * postern_identifier_canonicalize: the one spelling under which what a person typed (e-mail address, user name, telephone)
 * is stored and looked up: NFKC, case folded, without the spaces around; a domain as people read it (not "xn--…"), without the
 * dot of the root; a number without spaces and punctuation. Refused: empty, longer than 254 bytes, more than one `@` or nothing beside it, a quoted or commented address;
 * characters that nobody sees and white space inside; letters of scripts that are not written together.
 * Returns: (transfer full) (nullable)
 */
char *postern_identifier_canonicalize (const char *typed);
/** postern_identifier_canonicalize_for: as above, and where the tenant's policy says so, without the `+tag` of an address. (transfer full) (nullable) */
char *postern_identifier_canonicalize_for (PosternPolicy *policy, const char *typed);
/** postern_identifier_canonicalize_email: as above, and it must be an address. (transfer full) (nullable) */
char *postern_identifier_canonicalize_email (const char *typed);
/** postern_identifier_canonicalize_domain: what stands behind the `@` of a canonical address of this domain; one that mail can go to. (transfer full) (nullable) */
char *postern_identifier_canonicalize_domain (const char *typed);

/** postern_identifier_is_phone: whether @canonical has the form of a number: +, then 8 to 15 digits (E.164). */
gboolean postern_identifier_is_phone (const char *canonical);

G_END_DECLS
