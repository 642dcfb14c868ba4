/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a request comes from: addresses as keys, lists of networks, and what proxies that we trust say about it. */

/** PosternAddress: an IPv6 address, or an IPv4 one mapped into IPv6, so that there is one form to compare. */
typedef struct {
  guint8 bytes[16];
} PosternAddress;

#define POSTERN_ADDRESS_TEXT 48 /* bytes that hold any address as text */

/** postern_address_parse: numeric only; no name is ever looked up. */
gboolean postern_address_parse (PosternAddress *self, const char *text);
/** postern_address_format: as people write it: IPv4 as IPv4. @out: POSTERN_ADDRESS_TEXT bytes */
void postern_address_format (const PosternAddress *self, char *out);
gboolean postern_address_is_loopback (const PosternAddress *self);
/** postern_address_mask: for counting: of an IPv6 address only the first 64 bits, because a household has that many. */
void postern_address_mask (PosternAddress *self);

/** PosternAddressList: addresses and networks ("10.0.0.0/8", "::1"). Immutable, thread-safe. */
typedef struct _PosternAddressList PosternAddressList;
/** postern_address_list_new: @texts: (nullable) (array zero-terminated=1). (transfer full) (nullable): NULL with POSTERN_ERROR_CONFIG for one that is no network */
PosternAddressList *postern_address_list_new (const char *const *texts, GError **error);
void postern_address_list_free (PosternAddressList *self);
gboolean postern_address_list_contains (PosternAddressList *self, const PosternAddress *address);

/**
 * postern_address_resolve: who stands behind the trusted proxies: goes from right to left through the list of
 * `X-Forwarded-For` (or the `for=` of `Forwarded`, RFC 7239, when there is no other) while the address on hand is trusted.
 * A word that is no address ends the walk: it was written by somebody we do not know.
 */
void postern_address_resolve (PosternAddressList *trusted, PosternAddress *address, const char *forwarded_for, const char *forwarded);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternAddressList, postern_address_list_free)

G_END_DECLS
