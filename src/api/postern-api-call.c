/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-change.h"
#include "postern-identifier.h"
#include "postern-notice.h"
#include "postern-outbox.h"

/* --- what was sent ---------------------------------------------------------------------------------------------- */

gboolean
postern_api_call_invalid (GError **error, const char *name, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", name, why);
  return FALSE;
}

void
postern_api_call_read_boolean (PosternApiCall *call, const char *name, gboolean *value)
{
  *value = postern_json_get_boolean (call->body, name, *value);
}

void
postern_api_call_read_string (PosternApiCall *call, const char *name, char **value)
{
  g_autoptr (GVariant) member = postern_json_get (call->body, name);
  const char *text = member != NULL ? postern_json_get_string (call->body, name) : NULL;

  if (member == NULL)
    return;
  g_free (*value);
  *value = text != NULL && *text != '\0' ? g_strdup (text) : NULL;
}

void
postern_api_call_merge_object (PosternApiCall *call, const char *name, GVariant **value)
{
  g_autoptr (GVariant) member = postern_json_get (call->body, name);
  GVariantDict dict;
  GVariantIter iter;
  const char *key;
  GVariant *child;

  if (member == NULL)
    return;
  g_variant_dict_init (&dict, *value);
  g_variant_iter_init (&iter, member);
  while (g_variant_iter_loop (&iter, "{&sv}", &key, &child))
    if (g_variant_is_of_type (child, G_VARIANT_TYPE_MAYBE))
      g_variant_dict_remove (&dict, key);
    else
      g_variant_dict_insert_value (&dict, key, child);
  g_clear_pointer (value, g_variant_unref);
  *value = g_variant_ref_sink (g_variant_dict_end (&dict));
}

GVariant *
postern_api_call_names_of_body (PosternApiCall *call)
{
  g_auto (GVariantBuilder) names = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, call->body);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    g_variant_builder_add (&names, "s", name);
  g_variant_dict_insert_value (&dict, "members", g_variant_builder_end (&names));
  return g_variant_dict_end (&dict);
}

gboolean
postern_api_call_may (PosternApiCall *call, const char *permission, GError **error)
{
  if (call->local || (call->bearer != NULL && postern_bearer_has_scope (call->bearer, permission)))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INSUFFICIENT_SCOPE, "The access token lacks the scope %s", permission);
  return FALSE;
}

PosternUser *
postern_api_call_find_user (PosternTxn *txn, const char *name, GError **error)
{
  g_autofree char *canonical = NULL;

  if (postern_id_is_valid (name, "usr"))
    return postern_user_store_get (txn, name, error);
  canonical = postern_identifier_canonicalize (name);
  return postern_user_store_find (txn, canonical ? canonical : name, error);
}

gboolean
postern_api_call_tell (PosternApiCall *call, PosternTxn *txn, PosternUser *user, const char *notice, GError **error)
{
  return !postern_outbox_can_deliver (call->api->instances, "email") ||
         postern_notice_add (txn, postern_tenant_get_issuer (call->api->tenant), user, NULL, notice, call->now, error);
}

/* --- what is answered ------------------------------------------------------------------------------------------- */

void
postern_api_call_add_string (GVariantDict *dict, const char *name, const char *value)
{
  if (value != NULL)
    g_variant_dict_insert (dict, name, "s", value);
}

void
postern_api_call_add_time (GVariantDict *dict, const char *name, gint64 value)
{
  if (value != 0)
    g_variant_dict_insert (dict, name, "x", value);
}

gboolean
postern_api_call_set_result (PosternApiCall *call, guint status, GVariant *result)
{
  g_clear_pointer (&call->result, g_variant_unref);
  call->status = status;
  call->result = g_variant_ref_sink (result);
  return TRUE;
}

const char *
postern_api_call_find_id_member (const PosternApiSchema *schema)
{
  for (const PosternApiMember *member = schema->members; member != NULL && member->name != NULL; member++)
    if (member->flags & POSTERN_API_ID)
      return member->name;
  return NULL;
}

gboolean
postern_api_call_set_page (PosternApiCall *call, GPtrArray *rows, PosternApiToJson to_json)
{
  const char *id = postern_api_call_find_id_member (call->row->answer);
  g_autoptr (GVariant) last = rows->len > 0 && rows->len == call->limit ? g_variant_ref_sink (to_json (rows->pdata[rows->len - 1])) : NULL;

  g_return_val_if_fail (id != NULL, FALSE); /* a programmer's error: a list whose items are called nothing cannot be paged */
  return postern_api_call_set_page_before (call, rows, to_json, last != NULL ? postern_json_get_string (last, id) : NULL);
}

gboolean
postern_api_call_set_page_before (PosternApiCall *call, GPtrArray *rows, PosternApiToJson to_json, const char *next)
{
  g_auto (GVariantBuilder) items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_auto (GVariantDict) page = G_VARIANT_DICT_INIT (NULL);

  for (guint i = 0; i < rows->len; i++)
    g_variant_builder_add_value (&items, to_json (rows->pdata[i]));
  g_variant_dict_insert_value (&page, "items", g_variant_builder_end (&items));
  postern_api_call_add_string (&page, "next", next);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&page));
}

gboolean
postern_api_call_set_items (PosternApiCall *call, GVariant *items)
{
  g_auto (GVariantDict) page = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert_value (&page, "items", items);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&page));
}

/* --- what is written down --------------------------------------------------------------------------------------- */

void
postern_api_call_audit (PosternApiCall *call, const char *event, const char *target, GVariant *detail)
{
  g_free (call->event);
  g_free (call->target);
  g_clear_pointer (&call->detail, g_variant_unref);
  call->event = g_strdup (event);
  call->target = g_strdup (target);
  call->detail = detail != NULL ? g_variant_ref_sink (detail) : NULL;
  g_clear_pointer (&call->personal, g_variant_unref);
  g_clear_pointer (&call->person, g_free);
}

void
postern_api_call_audit_personal (PosternApiCall *call, const char *person, GVariant *before, GVariant *after)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (before != NULL)
    g_variant_dict_insert_value (&dict, "before", before);
  if (after != NULL)
    g_variant_dict_insert_value (&dict, "after", after);
  g_clear_pointer (&call->personal, g_variant_unref);
  call->personal = g_variant_ref_sink (g_variant_dict_end (&dict));
  g_free (call->person);
  call->person = g_strdup (person);
}

void
postern_api_call_look_at (PosternApiCall *call, const char *user_id)
{
  g_free (call->looked_at);
  call->looked_at = g_strdup (user_id);
}

static PosternAudit *
new_audit (PosternApiCall *call, const char *event, const char *target)
{
  const PosternAuditBy by = postern_audit_by_request (call->actor, call->request);

  return postern_audit_store_new_by (event, &by, target);
}

PosternAudit *
postern_api_call_make_audit (PosternApiCall *call)
{
  PosternAudit *audit = new_audit (call, call->event, call->target);

  postern_api_change_describe (call, audit);
  return audit;
}

PosternAudit *
postern_api_call_make_further_audit (PosternApiCall *call, const char *event, const char *target, GVariant *detail)
{
  g_autoptr (GVariant) owned = detail ? g_variant_ref_sink (detail) : NULL;
  PosternAudit *audit = new_audit (call, event, target);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (owned);

  if (call->bearer != NULL)
    postern_api_call_add_string (&dict, "client_id", call->bearer->client_id);
  audit->data = g_variant_ref_sink (g_variant_dict_end (&dict));
  return audit;
}

gboolean
postern_api_call_append_audit (PosternApiCall *call, PosternTxn *txn, const char *event, const char *target, GVariant *detail, GError **error)
{
  g_autoptr (PosternAudit) audit = postern_api_call_make_further_audit (call, event, target, detail);

  return postern_audit_store_append (txn, audit, error);
}
