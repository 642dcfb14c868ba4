/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * PosternPasswordBreached: passwords that were stolen elsewhere. zxcvbn's own dictionaries hold the short ones (its score
 * refuses them), so the list built in, data/passwords/breached.txt, names those long enough for our length rule; an operator
 * may add a file of millions. Kept as sorted 64-bit digests: eight bytes a password, and no list of words in memory.
 */
typedef struct _PosternPasswordBreached PosternPasswordBreached;

/** postern_password_breached_new: @file: (nullable): one password a line, UTF-8, besides the list built in */
PosternPasswordBreached *postern_password_breached_new (const char *file, GError **error);
void postern_password_breached_free (PosternPasswordBreached *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternPasswordBreached, postern_password_breached_free)

/** postern_password_breached_contains: letters' case and spaces do not matter. */
gboolean postern_password_breached_contains (PosternPasswordBreached *self, const char *password);
guint postern_password_breached_get_size (PosternPasswordBreached *self);

G_END_DECLS
