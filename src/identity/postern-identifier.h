/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_identifier_canonicalize: the one spelling under which what a person typed (e-mail address, user name, telephone)
 * is stored and looked up: NFKC, case folded, without the spaces around. Refused: empty, longer than 254 bytes, more than
 * one `@` or nothing beside it, control or format characters and white space inside.
 * Returns: (transfer full) (nullable)
 */
char *postern_identifier_canonicalize (const char *typed);
/** postern_identifier_canonicalize_email: as above, and it must be an address. (transfer full) (nullable) */
char *postern_identifier_canonicalize_email (const char *typed);

/** postern_identifier_is_phone: whether @canonical has the form of a number: +, then 8 to 15 digits (E.164). */
gboolean postern_identifier_is_phone (const char *canonical);

G_END_DECLS
