/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-pushed.h"

#include "postern-json.h"
#include "postern-stores.h"

#include <string.h>

#define URN "urn:ietf:params:oauth:request_uri:"
#define ID "par"

/* Nothing by which an application shows who it is, and nothing of the challenge endpoint's own. */
static const char *const names[] = {
  "response_type", "response_mode", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "resource", "prompt", "max_age",
  "claims", "acr_values", "id_token_hint", "login_hint", "ui_locales", "claims_locales", "display", "request",
};

char *
postern_oidc_pushed_pack (PosternPairs *parameters)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) packed = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    postern_json_object_add_string (&model, names[i], postern_pairs_get (parameters, names[i]));
  packed = g_variant_ref_sink (postern_json_object_end (&model));
  return postern_json_print (packed);
}

/* --- handing out ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *id;
  GBytes *data;
  gint64 expires_at;
} Parcel;

static gboolean
put (PosternTxn *txn, gpointer user_data, GError **error)
{
  Parcel *parcel = user_data;

  return postern_flow_store_insert (txn, parcel->id, NULL, parcel->data, parcel->expires_at, error);
}

char *
postern_oidc_pushed_new (PosternOidc *oidc, const char *application_id, const char *packed, const char *login_hint, GError **error)
{
  g_autofree char *id = postern_id_new (ID);
  g_autofree char *secret = postern_secret_new_for (id);
  g_autofree char *hash = postern_secret_hash (secret);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GVariant) whole = NULL;
  g_autoptr (GBytes) data = NULL;
  Parcel parcel = { id, NULL, postern_oidc_now () + POSTERN_OIDC_PUSHED_LIFETIME };
  char *text;

  postern_json_object_add_string (&model, "application_id", application_id);
  postern_json_object_add_string (&model, "hash", hash);
  postern_json_object_add_int64 (&model, "expires_at", parcel.expires_at);
  postern_json_object_add_string (&model, "parameters", packed);
  postern_json_object_add_string (&model, "login_hint", login_hint);
  whole = g_variant_ref_sink (postern_json_object_end (&model));
  text = postern_json_print (whole);
  parcel.data = data = g_bytes_new_take (text, strlen (text));
  if (!postern_store_write (postern_tenant_get_store (postern_oidc_get_tenant (oidc)), POSTERN_KEEP_SHORT, put, &parcel, error))
    return NULL;
  return g_strconcat (URN, secret, NULL);
}

/* --- taking --------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *id, *hash, *application_id;
  GVariant *whole; /* out, owned */
} Taking;

static gboolean
is_theirs (const Taking *taking, GVariant *whole)
{
  return g_strcmp0 (postern_json_get_string (whole, "application_id"), taking->application_id) == 0 &&
         postern_secret_equal (postern_json_get_string (whole, "hash"), taking->hash) &&
         postern_oidc_now () < postern_json_get_int64 (whole, "expires_at", 0);
}

/* It goes with the same statement by which one of two gets it, and stays for its owner when somebody else asks. */
static gboolean
take (PosternTxn *txn, gpointer user_data, GError **error)
{
  Taking *taking = user_data;
  g_autoptr (GBytes) data = postern_flow_store_get (txn, taking->id, error);
  g_autoptr (GVariant) whole = data ? postern_json_parse_object (g_bytes_get_data (data, NULL), (gssize) g_bytes_get_size (data), G_MAXSIZE, error) : NULL;

  g_clear_pointer (&taking->whole, g_variant_unref); /* a transaction may run twice */
  if (whole == NULL)
    return FALSE;
  if (!is_theirs (taking, whole)) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is no such request");
    return FALSE;
  }
  if (!postern_flow_store_take (txn, taking->id, error))
    return FALSE;
  taking->whole = g_steal_pointer (&whole);
  return TRUE;
}

gboolean
postern_oidc_pushed_is_named (PosternOidcAsk *ask)
{
  const char *uri = postern_oidc_ask_get (ask, "request_uri");

  return uri && g_str_has_prefix (uri, URN);
}

static PosternPairs *
unpack (PosternOidcAsk *ask, GVariant *whole, GError **error)
{
  const char *packed = postern_json_get_string (whole, "parameters"), *login_hint = postern_json_get_string (whole, "login_hint");
  g_autoptr (GVariant) parameters = postern_json_parse_object (packed ? packed : "", -1, G_MAXSIZE, error);
  PosternPairs *pairs = parameters ? postern_pairs_new () : NULL;

  if (pairs == NULL)
    return NULL;
  postern_pairs_set (pairs, "client_id", postern_oidc_ask_get (ask, "client_id"));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    postern_pairs_set (pairs, names[i], postern_json_get_string (parameters, names[i]));
  if (login_hint && !postern_pairs_get (pairs, "login_hint"))
    postern_pairs_set (pairs, "login_hint", login_hint);
  return pairs;
}

gboolean
postern_oidc_pushed_take (PosternOidcAsk *ask, GError **error)
{
  const char *secret = postern_oidc_ask_get (ask, "request_uri") + strlen (URN);
  g_autofree char *id = postern_secret_dup_id (secret, ID);
  g_autofree char *hash = postern_secret_hash (secret);
  Taking taking = { id, hash, postern_oidc_ask_get (ask, "client_id"), NULL };
  PosternStore *store = postern_tenant_get_store (postern_oidc_get_tenant (ask->oidc));
  g_autoptr (GError) failure = NULL;
  gboolean taken = id && taking.application_id && postern_store_write (store, POSTERN_KEEP_SHORT, take, &taking, &failure);
  g_autoptr (GVariant) whole = g_steal_pointer (&taking.whole);
  PosternPairs *parameters = taken ? unpack (ask, whole, error) : NULL;

  if (parameters) {
    postern_pairs_unref (ask->parameters);
    ask->parameters = parameters;
  } else if (g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_STORE)) {
    g_propagate_error (error, g_steal_pointer (&failure));
  } else if (!taken) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "The request_uri was used already, is too old or is another application's: go back to the application and begin there again");
  }
  return parameters != NULL;
}
