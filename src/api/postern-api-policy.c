/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#define SETTING "policy"

static const PosternApiSchema schema = { "Policy", NULL, "The rules for sign-ins: those that were set; the others have their built-in values." };

/* What was set; what was not set has its built-in default. */
static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GVariant) model = postern_setting_store_get (txn, SETTING, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (model == NULL)
    model = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
  return postern_api_call_set_result (call, 200, model);
}

static gboolean
store (PosternApiCall *call, PosternTxn *txn, GVariant *model, GError **error)
{
  g_autoptr (PosternPolicy) policy = postern_policy_new (model, error);

  if (policy == NULL || !postern_setting_store_put (txn, SETTING, model, call->now, error))
    return FALSE;
  postern_api_call_audit (call, "policy.changed", NULL, NULL);
  return postern_api_call_set_result (call, 200, model);
}

/* PATCH: the members sent; null goes back to the default. */
static gboolean
update (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  GVariantDict dict;
  g_autoptr (GVariant) model = NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (!show (call, txn, error))
    return FALSE;
  g_variant_dict_init (&dict, call->result);
  g_variant_iter_init (&iter, call->body);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE))
        g_variant_dict_remove (&dict, name);
      else
        g_variant_dict_insert_value (&dict, name, value);
      g_variant_unref (value);
    }
  model = g_variant_ref_sink (g_variant_dict_end (&dict));
  return store (call, txn, model, error);
}

/* PUT: exactly what was sent. */
static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  return store (call, txn, call->body, error);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_SHOW, "/policy", "getPolicy", "policy:read", "Shows the rules that were set", .answer = &schema, .work = show },
  { POSTERN_API_UPDATE, "/policy", "updatePolicy", "policy:write", "Changes the rules that are sent; null goes back to the built-in value", &schema, &schema, .work = update },
  { POSTERN_API_REPLACE, "/policy", "replacePolicy", "policy:write", "Sets exactly the rules that are sent", &schema, &schema, .work = replace },
  { .path = NULL },
};

const PosternApiResource postern_api_policy = { "Policy", "The rules for sign-ins.", rows };
