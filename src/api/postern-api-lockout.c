/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-rights.h"

#include "postern-lockout.h"

/* Tries are counted in the short-lived store: what is asked of it is asked once the transaction of the request is done. */

static const PosternApiMember budget_members[] = {
  { "kind", POSTERN_API_STRING, POSTERN_API_OWN, "Of what: sign-in, second-factor, and wrong ones of a whole day: second-factor-day and code-day." },
  { "used", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many were used." },
  { "limit", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many there are." },
  { "resets_at", POSTERN_API_TIME, POSTERN_API_READ_ONLY, "When all are there again." },
  { NULL },
};
static const PosternApiSchema budget_schema = { "TryBudget", budget_members };

static const PosternApiMember members[] = {
  { "user", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Who it is." },
  { "locked", POSTERN_API_BOOLEAN, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "Whether somebody who tries from elsewhere than a browser that the person signed in from before has to wait." },
  { "until", POSTERN_API_TIME, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "Until when." },
  { "budgets", POSTERN_API_ARRAY, POSTERN_API_READ_ONLY | POSTERN_API_RUNNING, "Which tries there are.", .items = POSTERN_API_OBJECT, .schema = &budget_schema },
  { NULL },
};
static const PosternApiSchema schema = { "Lockout", members, "Which tries at signing in a person has left." };

/* (transfer full) (nullable): and answered is who it is */
static PosternUser *
find_user (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = postern_api_call_find_user (txn, postern_request_get_capture (call->request, "id"), error);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (user == NULL)
    return NULL;
  postern_api_call_add_string (&dict, "user", user->id);
  postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
  return g_steal_pointer (&user);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = find_user (call, txn, error);

  return user != NULL;
}

/* (transfer floating) */
static GVariant *
budgets_to_json (const PosternLockoutBudget *budgets)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < POSTERN_LOCKOUT_BUDGETS; i++)
    {
      g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

      postern_api_call_add_string (&dict, "kind", budgets[i].kind);
      g_variant_dict_insert (&dict, "used", "x", budgets[i].used);
      g_variant_dict_insert (&dict, "limit", "x", budgets[i].limit);
      postern_api_call_add_time (&dict, "resets_at", budgets[i].resets_at);
      g_variant_builder_add_value (&list, g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&list);
}

static void
tell (PosternApiCall *call)
{
  const char *user_id = postern_json_get_string (call->result, "user");
  PosternLockoutBudget budgets[POSTERN_LOCKOUT_BUDGETS];
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (call->result);
  g_autoptr (GError) error = NULL;

  if (!postern_lockout_read (call->api->tenant, user_id, call->now, budgets, &error))
    {
      g_warning ("The tries of %s could not be read: %s", user_id, error->message);
      return;
    }
  g_variant_dict_insert (&dict, "locked", "b", postern_lockout_get_end (budgets) > 0);
  postern_api_call_add_time (&dict, "until", postern_lockout_get_end (budgets));
  g_variant_dict_insert_value (&dict, "budgets", budgets_to_json (budgets));
  postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

/* Who lets somebody try again is written down first; what is answered is what came of it. */
static gboolean
lift (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternUser) user = find_user (call, txn, error);

  if (user == NULL || !postern_api_rights_check_subject (call, txn, user->id, error))
    return FALSE;
  postern_api_call_audit (call, "lockout.lifted", user->id, NULL);
  return TRUE;
}

static void
lift_and_tell (PosternApiCall *call)
{
  g_autoptr (GError) error = NULL;

  if (!postern_lockout_lift (call->api->tenant, postern_json_get_string (call->result, "user"), &error))
    g_warning ("The tries of %s are still counted: %s", postern_json_get_string (call->result, "user"), error->message);
  tell (call);
}

static const PosternApiRow rows[] = {
  { POSTERN_API_SHOW, "/users/{id}/lockout", "getLockout", "users:read", "Shows which tries at signing in a person has left", .answer = &schema, .work = show, .done = tell, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_DELETE, "/users/{id}/lockout", "liftLockout", "users:write", "Lets a person try again at once who has used up their tries", .answer = &schema, .work = lift, .done = lift_and_tell },
  { .path = NULL },
};

const PosternApiResource postern_api_lockout = { "Users", NULL, rows };
