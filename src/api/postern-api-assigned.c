/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-assigned.h"

#include "postern-api-delegation.h"
#include "postern-api-rights.h"

#include "postern-role.h"

GPtrArray *
postern_api_assigned_list (PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error)
{
  g_autoptr (GPtrArray) all = postern_assignment_store_list_for (txn, subject_id, error), ids = NULL;

  if (all == NULL)
    return NULL;
  ids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < all->len; i++)
    {
      const PosternAssignment *assignment = all->pdata[i];

      if (g_str_equal (assignment->organization_id, organization_id))
        g_ptr_array_add (ids, g_strdup (assignment->role_id));
    }
  return g_steal_pointer (&ids);
}

gboolean
postern_api_assigned_add (GVariantDict *dict, PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error)
{
  g_autoptr (GPtrArray) ids = postern_api_assigned_list (txn, subject_id, organization_id, error);

  if (ids != NULL)
    g_variant_dict_insert_value (dict, "roles", g_variant_new_strv ((const char *const *) ids->pdata, ids->len));
  return ids != NULL;
}

/* What is not so of `roles` is a fault of the body, and no other thing that is not there. Always FALSE */
static gboolean
blame (GError *failure, GError **error)
{
  gboolean body = g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);

  if (body)
    postern_api_call_invalid (error, "roles", failure->message);
  else
    g_propagate_error (error, g_error_copy (failure));
  return FALSE;
}

/* Gives the role, or takes it away, as POST and DELETE of /roles/{id}/assignments do. */
static gboolean
change_one (PosternApiCall *call, PosternTxn *txn, const char *role_id, const PosternAssignment *model, gboolean gives, GError **error)
{
  g_autoptr (PosternAssignment) assignment = postern_assignment_new ();
  g_autoptr (GError) failure = NULL;
  g_autoptr (PosternRole) role = postern_role_get (txn, role_id, &failure);
  g_auto (GVariantDict) detail = G_VARIANT_DICT_INIT (NULL);
  gboolean changed;

  if (!postern_api_call_may (call, "roles:write", error))
    return FALSE;
  if (role == NULL || !postern_api_delegation_check_role (call, role, &failure))
    return blame (failure, error);
  if (!postern_api_rights_check_role (call, txn, role, error))
    return FALSE;
  assignment->subject_id = g_strdup (model->subject_id);
  assignment->organization_id = g_strdup (model->organization_id);
  assignment->role_id = g_strdup (role_id);
  assignment->created_at = call->now;
  if (!(gives ? postern_role_assign (txn, role, assignment, &changed, &failure) : postern_role_take (txn, assignment, &changed, &failure)))
    return blame (failure, error);
  postern_api_call_add_string (&detail, "subject_id", *assignment->organization_id ? assignment->subject_id : NULL);
  postern_api_call_add_string (&detail, "role_id", role_id);
  postern_api_call_add_string (&detail, "organization_id", *assignment->organization_id ? assignment->organization_id : NULL);
  return postern_api_call_append_audit (call, txn, gives ? "role.assigned" : "role.taken", *assignment->organization_id ? assignment->organization_id : assignment->subject_id,
                                        g_variant_dict_end (&detail), error);
}

static gboolean
has_id (GPtrArray *ids, const char *id)
{
  return g_ptr_array_find_with_equal_func (ids, id, g_str_equal, NULL);
}

/* @list, without those of @others, is given or taken. */
static gboolean
change_others (PosternApiCall *call, PosternTxn *txn, GPtrArray *list, GPtrArray *others, const PosternAssignment *model, gboolean gives, GError **error)
{
  gboolean good = TRUE;

  for (guint i = 0; good && i < list->len; i++)
    good = has_id (others, list->pdata[i]) || change_one (call, txn, list->pdata[i], model, gives, error);
  return good;
}

/* (transfer full) (nullable): NULL: they are not sent */
static GPtrArray *
read_ids (PosternApiCall *call)
{
  g_auto (GStrv) sent = postern_json_dup_strv (call->body, "roles", FALSE);
  GPtrArray *ids = sent != NULL ? g_ptr_array_new_with_free_func (g_free) : NULL;

  for (guint i = 0; sent != NULL && sent[i] != NULL; i++)
    if (!has_id (ids, sent[i]))
      g_ptr_array_add (ids, g_strdup (sent[i]));
  return ids;
}

gboolean
postern_api_assigned_take (PosternApiCall *call, PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error)
{
  const PosternAssignment model = { .subject_id = (char *) subject_id, .organization_id = (char *) organization_id };
  g_autoptr (GPtrArray) wanted = read_ids (call), had = NULL;

  if (wanted == NULL)
    return TRUE;
  had = postern_api_assigned_list (txn, subject_id, organization_id, error);
  return had != NULL && change_others (call, txn, had, wanted, &model, FALSE, error) && change_others (call, txn, wanted, had, &model, TRUE, error);
}

gboolean
postern_api_assigned_drop (PosternApiCall *call, PosternTxn *txn, const char *subject_id, const char *organization_id, GError **error)
{
  const PosternAssignment model = { .subject_id = (char *) subject_id, .organization_id = (char *) organization_id };
  g_autoptr (GPtrArray) none = g_ptr_array_new (), had = postern_api_assigned_list (txn, subject_id, organization_id, error);

  if (had != NULL && had->len == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "the subject has no roles there");
  return had != NULL && had->len > 0 && change_others (call, txn, had, none, &model, FALSE, error);
}
