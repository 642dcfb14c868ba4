/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/**
 * postern_oauth2_fetch: one JSON document of at most 256 KiB by GET, or by POST of @form.
 * @form: (nullable); @authorization: (nullable): that header
 * @headers: (nullable): a{ss} of further ones, in place of ours where they have the same name
 * @status: (out): not NULL
 * Returns: (transfer full) (nullable): as postern_json_parse() gives it; NULL with POSTERN_ERROR_PROVIDER or _UNREACHABLE
 */
GVariant *postern_oauth2_fetch (const char *url, const char *form, const char *authorization, GVariant *headers, guint *status,
                                GCancellable *cancellable, GError **error);

/** postern_oauth2_fetch_object: the same, and the document must be an object. (transfer full) (nullable): a{sv} */
GVariant *postern_oauth2_fetch_object (const char *url, const char *form, const char *authorization, GVariant *headers, guint *status,
                                       GCancellable *cancellable, GError **error);

G_END_DECLS
