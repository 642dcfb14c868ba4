/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Writes an object member by member, for tokens: a token is a dozen members that are known by name, and a GVariant tree
 * of them costs more than the rest of the request. Begin with g_string_new ("{"), end with '}'. A NULL value is left out.
 */
void postern_oidc_json_add_string (GString *out, const char *name, const char *value);
void postern_oidc_json_add_int64 (GString *out, const char *name, gint64 value);
void postern_oidc_json_add_boolean (GString *out, const char *name, gboolean value);
void postern_oidc_json_add_variant (GString *out, const char *name, GVariant *value);
/** postern_oidc_json_add_strv: an array; with @lone, a single one is written as a string (as `aud` allows). */
void postern_oidc_json_add_strv (GString *out, const char *name, const char *const *values, gboolean lone);
/** postern_oidc_json_add_claims: every member of @claims (a{sv}, nullable) that is not a claim of the token itself. */
void postern_oidc_json_add_claims (GString *out, GVariant *claims);

G_END_DECLS
