/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/**
 * postern_mime_format: @message as a mail goes over the wire (RFC 5322, 2045 to 2047): lines of at most 76 bytes that end in
 * CRLF, nothing outside ASCII. Text and HTML are alternatives of each other. Addresses are those of the message, an
 * international domain as its A-label.
 * Returns: (transfer full) (nullable): NULL with INVALID_REQUEST where an address cannot stand in a header; the recipient's is
 *   the one that may be refused for good, so the sender's is CONFIG
 */
GBytes *postern_mime_format (PosternMessage *message, GError **error);

/** postern_mime_dup_address: @address with its domain as an A-label; NULL: not one that servers take everywhere. (transfer full) (nullable) */
char *postern_mime_dup_address (const char *address);

/** postern_mime_format_mailbox: "name <address>" in ASCII on one line, as @address has to be already. @name: (nullable). (transfer full) */
char *postern_mime_format_mailbox (const char *name, const char *address);

/* For their own tests. */
/** postern_mime_encode_words: text of a header: as it is when short and plain, else as encoded words (RFC 2047), folded. (transfer full) */
char *postern_mime_encode_words (const char *text);
/** postern_mime_append_quoted: @text as quoted-printable (RFC 2045 section 6.7), with line ends made CRLF. */
void postern_mime_append_quoted (GString *out, const char *text);
/** postern_mime_append_base64: the same as base64 in lines of 76. */
void postern_mime_append_base64 (GString *out, const char *text);

G_END_DECLS
