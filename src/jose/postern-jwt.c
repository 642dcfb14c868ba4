/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-jwt.h"

#include "postern-jose-private.h"
#include "postern-json.h"

#include <string.h>

#define MAX_TIME 9007199254740992.0 /* 2^53: also the most that our JSON lets an integer be */

static gboolean
refuse (GError **error, const char *claim, const char *why)
{
  g_set_error (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_CLAIM, "The token is refused: \"%s\" %s", claim,
               why);
  return FALSE;
}

/* NumericDate (RFC 7519 section 2): may have a fraction, which is dropped. @found (out): whether it is there
 */
static gboolean
read_time (GVariant *claims, const char *name, gboolean required, gint64 *time, gboolean *found,
           GError **error)
{
  g_autoptr (GVariant) value = postern_json_get (claims, name);

  *found = value != NULL;
  if (value == NULL)
    return required ? refuse (error, name, "is missing") : TRUE;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *time = g_variant_get_int64 (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE) && g_variant_get_double (value) > -MAX_TIME &&
           g_variant_get_double (value) < MAX_TIME)
    *time = (gint64)g_variant_get_double (value);
  else
    return refuse (error, name, "is not a number of seconds");

  return *time > -(gint64)MAX_TIME && *time < (gint64)MAX_TIME ? TRUE
                                                               : refuse (error, name, "is out of range");
}

static gboolean
check_times (GVariant *claims, const PosternJwtRules *rules, GError **error)
{
  gint64 now = rules->now ? rules->now : g_get_real_time () / G_USEC_PER_SEC, at;
  gboolean found;

  if (!read_time (claims, "exp", rules->require_exp, &at, &found, error))
    return FALSE;
  if (found && now >= at + rules->leeway)
    return refuse (error, "exp", "is over");

  if (!read_time (claims, "nbf", FALSE, &at, &found, error))
    return FALSE;
  if (found && now + rules->leeway < at)
    return refuse (error, "nbf", "is still to come");

  if (!read_time (claims, "iat", rules->require_iat || rules->max_age > 0, &at, &found, error))
    return FALSE;
  if (found && now + rules->leeway < at)
    return refuse (error, "iat", "lies in the future");
  if (found && rules->max_age > 0 && now - at > (gint64)rules->max_age + rules->leeway)
    return refuse (error, "iat", "is too long ago");

  return TRUE;
}

static gboolean
check_string (GVariant *claims, const char *name, gboolean required, const char *expected, GError **error)
{
  g_autoptr (GVariant) value = postern_json_get (claims, name);

  if (value == NULL)
    return required || expected ? refuse (error, name, "is missing") : TRUE;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return refuse (error, name, "is not a string");
  if (required && g_variant_get_string (value, NULL)[0] == '\0')
    return refuse (error, name, "is empty");
  if (expected != NULL && strcmp (g_variant_get_string (value, NULL), expected) != 0)
    return refuse (error, name, "is not the expected one");

  return TRUE;
}

static gboolean
check_audience (GVariant *claims, const PosternJwtRules *rules, GError **error)
{
  g_autoptr (GVariant) value = postern_json_get (claims, "aud");
  g_auto (GStrv) audience = postern_json_dup_strv (claims, "aud", TRUE);

  if (value != NULL && audience == NULL)
    return refuse (error, "aud", "is neither a string nor an array of strings");
  if (rules->audience == NULL)
    return TRUE;
  if (audience == NULL || !g_strv_contains ((const char *const *)audience, rules->audience))
    return refuse (error, "aud", "does not name the expected audience");
  if (rules->sole_audience && g_strv_length (audience) != 1)
    return refuse (error, "aud", "names others besides the expected audience");

  return TRUE;
}

gboolean
postern_jwt_check_claims (GVariant *claims, const PosternJwtRules *rules, GError **error)
{
  return check_string (claims, "iss", FALSE, rules->issuer, error) && check_audience (claims, rules, error) &&
         check_times (claims, rules, error) &&
         check_string (claims, "sub", rules->require_sub, NULL, error) &&
         check_string (claims, "jti", rules->require_jti, NULL, error);
}

/* A token of one kind must not pass for another (RFC 8725 section 3.11). */
static gboolean
check_typ (GVariant *header, const char *expected, GError **error)
{
  if (expected == NULL && postern_json_get_string (header, "typ") == NULL)
    return TRUE;

  return postern_jose_compact_is_type (header, "typ", expected ? expected : "JWT")
             ? TRUE
             : refuse (error, "typ", "is of another kind of token");
}

GVariant *
postern_jwt_verify (const char *token, gssize length, PosternJwkSet *keys, const PosternJoseAlg *algs,
                    guint n_algs, const PosternJwtRules *rules, GError **error)
{
  g_autoptr (GVariant) header = NULL;
  g_autoptr (GVariant) claims = NULL;
  g_autoptr (GBytes) payload = postern_jws_verify (token, length, keys, algs, n_algs, &header, error);
  gsize size;
  const char *text = payload ? g_bytes_get_data (payload, &size) : NULL;

  if (payload == NULL || !check_typ (header, rules->typ, error))
    return NULL;

  claims = text ? postern_json_parse_object (text, (gssize)size, POSTERN_JWS_MAX_BYTES, NULL) : NULL;
  if (claims == NULL) {
    g_set_error_literal (error, POSTERN_JOSE_ERROR, POSTERN_JOSE_ERROR_INVALID,
                         "The token is refused: its payload is not a JSON object");
    return NULL;
  }

  return postern_jwt_check_claims (claims, rules, error) ? g_steal_pointer (&claims) : NULL;
}

char *
postern_jwt_sign (PosternJwk *key, PosternJoseAlg alg, const char *typ, GVariant *claims, GError **error)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (claims);
  g_autoptr (GString) payload = g_string_sized_new (512);

  postern_json_append (payload, sunk);

  return postern_jws_sign (key, alg, typ, payload->str, payload->len, error);
}
