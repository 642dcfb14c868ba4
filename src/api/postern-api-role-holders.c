/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-assigned.h"
#include "postern-api-delegation.h"

#include "postern-role.h"

/*
 * Somebody's roles as one thing: of the tenant, or in one organization. The same roles are given and taken one by one by `/roles/{id}/assignments`; here
 * it is said which they are, so that who keeps what is set up as files can say it, and compare.
 */

static const char *const kinds[] = { "user", "group", "application", NULL };

static const PosternApiMember members[] = {
  { "subject_id", POSTERN_API_STRING, POSTERN_API_OWN | POSTERN_API_ID, "Who it is: the id of a user, an application, or a group of the organization." },
  { "kind", POSTERN_API_STRING, POSTERN_API_OWN, "What it is: user, group or application.", .choices = kinds },
  { "roles", POSTERN_API_ARRAY, POSTERN_API_REQUIRED | POSTERN_API_ALWAYS, "The roles that they have, by id: those and no others.", 1, POSTERN_ROLE_ASSIGNMENTS_MAX, .items = POSTERN_API_STRING },
  { NULL },
};
static const PosternApiSchema schema = { "RoleHolder", members, "Somebody who was given roles, of the tenant or in an organization." };

static const PosternApiMember filters[] = {
  { "kind", POSTERN_API_STRING, 0, "Those alone that are this.", .choices = kinds },
  { NULL },
};

static const char *
get_kind (const char *subject_id)
{
  return g_str_has_prefix (subject_id, "usr_") ? "user" : g_str_has_prefix (subject_id, "grp_") ? "group" : "application";
}

/* (transfer floating): @ids: (element-type utf8) */
static GVariant *
to_json (const char *subject_id, GPtrArray *ids)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "subject_id", subject_id);
  postern_api_call_add_string (&dict, "kind", get_kind (subject_id));
  g_variant_dict_insert_value (&dict, "roles", g_variant_new_strv ((const char *const *) ids->pdata, ids->len));
  return g_variant_dict_end (&dict);
}

typedef struct {
  char *subject_id;
  GPtrArray *ids;
} Holder;

static void
holder_free (gpointer data)
{
  Holder *self = data;

  g_free (self->subject_id);
  g_clear_pointer (&self->ids, g_ptr_array_unref);
  g_free (self);
}

static GVariant *
holder_to_json (gconstpointer record)
{
  const Holder *holder = record;

  return to_json (holder->subject_id, holder->ids);
}

/* (transfer full) (nullable): "": of the tenant: whichever the path says */
static char *
dup_place (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternOrganization) organization = NULL;

  if (postern_request_get_capture (call->request, "id") == NULL)
    return g_strdup ("");
  organization = postern_api_delegation_load (call, txn, error);
  return organization ? g_strdup (organization->id) : NULL;
}

static gboolean
list (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autofree char *place = dup_place (call, txn, error);
  const char *kind = postern_json_get_string (call->query, "kind");
  g_autoptr (GPtrArray) subjects = place ? postern_assignment_store_list_subjects (txn, place, kind, call->after, call->limit, error) : NULL;
  g_autoptr (GPtrArray) holders = g_ptr_array_new_with_free_func (holder_free);

  for (guint i = 0; subjects != NULL && i < subjects->len; i++)
    {
      Holder *holder = g_new0 (Holder, 1);

      g_ptr_array_add (holders, holder);
      holder->subject_id = g_strdup (subjects->pdata[i]);
      holder->ids = postern_api_assigned_list (txn, holder->subject_id, place, error);
      if (holder->ids == NULL)
        return FALSE;
    }
  return subjects != NULL && postern_api_call_set_page (call, holders, holder_to_json);
}

/* Who has none is nobody here. */
static gboolean
answer (PosternApiCall *call, PosternTxn *txn, const char *place, GError **error)
{
  const char *subject_id = postern_request_get_capture (call->request, "subject");
  g_autoptr (GPtrArray) ids = postern_api_assigned_list (txn, subject_id, place, error);

  if (ids != NULL && ids->len == 0)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "the subject has no roles there");
  return ids != NULL && ids->len > 0 && postern_api_call_set_result (call, 200, to_json (subject_id, ids));
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autofree char *place = dup_place (call, txn, error);

  return place != NULL && answer (call, txn, place, error);
}

/* What comes and goes is written down role by role besides. */
static void
audit (PosternApiCall *call, const char *event, const char *place)
{
  const char *subject_id = postern_request_get_capture (call->request, "subject");
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  postern_api_call_add_string (&dict, "subject_id", *place ? subject_id : NULL);
  postern_api_call_add_string (&dict, "organization_id", *place ? place : NULL);
  postern_api_call_audit (call, event, *place ? place : subject_id, g_variant_dict_end (&dict));
}

static gboolean
replace (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autofree char *place = dup_place (call, txn, error);

  if (place == NULL || !postern_api_assigned_take (call, txn, postern_request_get_capture (call->request, "subject"), place, error))
    return FALSE;
  audit (call, "role.holder-changed", place);
  return answer (call, txn, place, error);
}

static gboolean
drop (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autofree char *place = dup_place (call, txn, error);

  if (place == NULL || !postern_api_assigned_drop (call, txn, postern_request_get_capture (call->request, "subject"), place, error))
    return FALSE;
  audit (call, "role.holder-removed", place);
  return TRUE;
}

#define HOLDERS "/role-holders"
#define HOLDER HOLDERS "/{subject}"
#define THERE "/organizations/{id}"

static const PosternApiRow rows[] = {
  { POSTERN_API_LIST, HOLDERS, "listRoleHolders", "roles:read", "Lists who has roles of the tenant", .answer = &schema, .query = filters, .work = list, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_SHOW, HOLDER, "getRoleHolder", "roles:read", "Shows which roles of the tenant somebody was given", .answer = &schema, .work = show, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_REPLACE, HOLDER, "putRoleHolder", "roles:write", "Says which roles of the tenant somebody has; all that comes and goes must be held by who says it", &schema, &schema, .work = replace, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, HOLDER, "removeRoleHolder", "roles:write", "Takes all roles of the tenant from somebody", .work = drop, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_LIST, THERE HOLDERS, "listOrganizationRoleHolders", "roles:read", "Lists who has roles in an organization", .answer = &schema, .query = filters, .work = list, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_SHOW, THERE HOLDER, "getOrganizationRoleHolder", "roles:read", "Shows which roles somebody was given in an organization", .answer = &schema, .work = show, .flags = POSTERN_API_SENSITIVE },
  { POSTERN_API_REPLACE, THERE HOLDER, "putOrganizationRoleHolder", "roles:write", "Says which roles a member, a group or an application has in an organization", &schema, &schema, .work = replace, .flags = POSTERN_API_CONFLICTS },
  { POSTERN_API_DELETE, THERE HOLDER, "removeOrganizationRoleHolder", "roles:write", "Takes all roles in an organization from somebody", .work = drop, .flags = POSTERN_API_CONFLICTS },
  { .path = NULL },
};

const PosternApiResource postern_api_role_holders = { "Role holders", "Which roles somebody has, as a whole.", rows };
