/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-consents.h"

#include "postern-consent.h"

/* What people allowed applications, remembered so that they are not asked at each sign-in. */

static const PosternApiMember members[] = {
  { "application_id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "The application that was allowed it." },
  { "scope", POSTERN_API_STRING, POSTERN_API_OWN, "The scopes that the person is not asked about again; what is at a resource is its indicator, # and the scope." },
  { "given_at", POSTERN_API_TIME, POSTERN_API_OWN, "When the person was asked last." },
  { NULL },
};
static const PosternApiSchema schema = { "Consent", members, "What a person allowed an application." };

static GVariant *
to_json (gconstpointer record)
{
  const PosternConsent *consent = record;
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "application_id", consent->application_id);
  postern_api_call_add_string (&dict, "scope", consent->scope);
  postern_api_call_add_time (&dict, "given_at", consent->updated_at);
  return g_variant_dict_end (&dict);
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
  g_autoptr (GPtrArray) consents = user ? postern_consent_store_list (txn, user->id, call->after, call->limit, error) : NULL;

  if (user != NULL)
    postern_api_call_look_at (call, user->id);
  return consents != NULL && postern_api_call_set_page (call, consents, to_json);
}

/* (transfer floating): @scope: (nullable): what was remembered */
static GVariant *
describe (const char *user_id, const char *application_id, const char *scope)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL), before = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "user", user_id);
  postern_api_call_add_string (&dict, "application", application_id);
  postern_api_call_add_string (&before, "scope", scope);
  if (scope != NULL)
    g_variant_dict_insert_value (&dict, "before", g_variant_dict_end (&before));
  return g_variant_dict_end (&dict);
}

gboolean
postern_api_consents_note_end (PosternApiCall *call, PosternTxn *txn, const char *user_id, const char *application_id, GError **error)
{
  g_autoptr (GPtrArray) consents = postern_consent_store_list (txn, user_id, NULL, G_MAXINT32, error);
  gboolean good = consents != NULL;

  for (guint i = 0; good && i < consents->len; i++)
    {
      const PosternConsent *consent = consents->pdata[i];

      if (application_id == NULL || g_str_equal (consent->application_id, application_id))
        good = postern_api_call_append_audit (call, txn, "consent.revoked", user_id, describe (user_id, consent->application_id, consent->scope), error);
    }
  return good;
}

/* As the person does it themselves, and the same two entries. */
static gboolean
take_back (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
  const char *application_id = postern_request_get_capture (call->request, "application");
  g_autofree char *scope = NULL;

  if (user == NULL || !postern_api_consents_note_end (call, txn, user->id, application_id, error) ||
      !postern_consent_take_back (txn, user->id, application_id, call->now, &scope, error))
    return FALSE;
  postern_api_call_audit (call, "grants.revoked", user->id, describe (user->id, application_id, NULL));
  return TRUE;
}

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, "/users/{id}/consents", "listConsents", "grants:read", "Lists what a person allowed applications, as it is remembered", .answer = &schema, .work = list, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_DELETE, "/users/{id}/consents/{application}", "revokeConsent", "grants:write", "Takes back what a person allowed an application, with all its grants: they are asked again", .work = take_back },
  { .path = NULL },
};

const PosternApiResource postern_api_consents = { "Grants", NULL, rows };
