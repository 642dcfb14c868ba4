/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-path.h"
#include "postern-api-run.h"

#include <string.h>

/*
 * Several changes in one transaction: all of them, or none. Each is a request that could have been sent alone: its own row of the table
 * says who may make it and what it may hold, and it has its own entry in the log.
 */

#define CHANGES_MAX 10000
#define BODY_MAX (16 * 1024 * 1024)

static const char *const methods[] = { "PUT", "PATCH", "DELETE", NULL };

static const PosternApiMember change_members[] = {
  { "method", POSTERN_API_STRING, POSTERN_API_REQUIRED, "As it would be sent alone.", .choices = methods },
  { "path", POSTERN_API_STRING, POSTERN_API_REQUIRED, "Below /api/v1, percent-encoded, without a query: /resources/res_…", 1, 1000 },
  { "body", POSTERN_API_OBJECT, 0, "What would be sent." },
  { "if_match", POSTERN_API_STRING, 0, "As the field If-Match.", 1, 200 },
  { "if_none_match", POSTERN_API_STRING, 0, "As the field If-None-Match.", 1, 200 },
  { NULL },
};
static const PosternApiSchema change_schema = { "Change", change_members, "A change of one thing." };

static const PosternApiMember batch_members[] = {
  { "changes", POSTERN_API_ARRAY, POSTERN_API_REQUIRED, "In the order in which they are made.", 1, CHANGES_MAX, .items = POSTERN_API_OBJECT, .schema = &change_schema },
  { NULL },
};
static const PosternApiSchema batch_schema = { "Changes", batch_members };

static const PosternApiMember result_members[] = {
  { "changes", POSTERN_API_INTEGER, POSTERN_API_OWN, "How many were made, or could be made." },
  { NULL },
};
static const PosternApiSchema result_schema = { "ChangesResult", result_members };

/* --- which row a change means ---------------------------------------------------------------------------------------- */

/* What prepares something before the transaction, or tells of itself behind it, such as a tenant that is to be erased, is made alone. */
static gboolean
goes_together (const PosternApiRow *row)
{
  gboolean changes = row->kind == POSTERN_API_UPDATE || row->kind == POSTERN_API_REPLACE || row->kind == POSTERN_API_DELETE;

  return changes && row->permission != NULL && row->prepare == NULL && (row->done == NULL || (row->flags & POSTERN_API_DONE_FOR_ALL));
}

/* (nullable): the API of a tenant has what it has alone, and no more together */
static const PosternApiRow *
find_row (PosternTenant *tenant, const char *method, char **steps)
{
  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    for (const PosternApiRow *row = (*resource)->rows; row->path != NULL; row++)
      if (goes_together (row) && postern_api_row_is_for (row, tenant) && g_str_equal (postern_api_row_get_method (row), method) && postern_api_path_fits (row, steps))
        return row;
  return NULL;
}

/* --- making it ------------------------------------------------------------------------------------------------------- */

static void
add_field (PosternRequest *request, GVariant *change, const char *member, const char *field)
{
  const char *value = postern_json_get_string (change, member);

  if (value != NULL)
    postern_request_add_header (request, field, value);
}

/* (transfer full): as it would have come alone */
static PosternRequest *
make_request (PosternApiCall *call, GVariant *change)
{
  g_autofree char *path = g_strconcat ("/api/v1", postern_json_get_string (change, "path"), NULL);
  PosternRequest *request = postern_request_new (postern_json_get_string (change, "method"), path, NULL);
  g_autoptr (GVariant) body = postern_json_get (change, "body");
  char *text = body ? postern_json_print (body) : g_strdup ("");
  g_autoptr (GBytes) bytes = g_bytes_new_take (text, strlen (text));

  postern_request_set_body (request, bytes);
  postern_request_set_id (request, postern_request_get_id (call->request));
  postern_request_set_remote_address (request, postern_request_get_remote_address (call->request));
  add_field (request, change, "if_match", "If-Match");
  add_field (request, change, "if_none_match", "If-None-Match");
  return request;
}

static gboolean
make_one (PosternApiCall *call, PosternTxn *txn, GVariant *change, GError **error)
{
  g_auto (GStrv) steps = postern_api_path_split (postern_json_get_string (change, "path"));
  const PosternApiRow *row = steps ? find_row (call->api->tenant, postern_json_get_string (change, "method"), steps) : NULL;
  g_autoptr (PosternRequest) request = NULL;

  if (row == NULL)
    {
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "there is no such change that can be made together with others");
      return FALSE;
    }
  request = make_request (call, change);
  if (g_bytes_get_size (postern_request_get_body (request)) > postern_api_row_get_body_max (row))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "its body is longer than %" G_GSIZE_FORMAT " bytes, which is the most that it could have alone", postern_api_row_get_body_max (row));
      return FALSE;
    }
  postern_api_path_capture (request, row, steps);
  return postern_api_run_part (call, txn, row, request, error);
}

/* A transaction may run twice: what is told afterwards begins anew. */
static gboolean
make_all (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GVariant) changes = postern_json_get (call->body, "changes");
  gsize n = g_variant_n_children (changes);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_clear_pointer (&call->parts, g_ptr_array_unref);
  g_clear_pointer (&call->ended, g_ptr_array_unref);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (changes, i);
      g_autoptr (GVariant) change = g_variant_get_variant (box);

      if (!make_one (call, txn, change, error))
        {
          g_prefix_error (error, "changes.%" G_GSIZE_FORMAT ": ", i);
          return FALSE;
        }
    }
  g_variant_dict_insert (&dict, "changes", "x", (gint64) n);
  return postern_api_call_set_result (call, 200, g_variant_dict_end (&dict));
}

static gboolean
apply (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  if (!make_all (call, txn, error))
    return FALSE;
  postern_api_call_audit (call, "configuration.applied", NULL, call->result);
  return TRUE;
}

/* What each row has done once it is committed, and once for all changes of a kind. */
static void
finish (PosternApiCall *call)
{
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();

  for (guint i = 0; i < call->parts->len; i++)
    {
      const PosternApiRow *row = call->parts->pdata[i];
      gboolean again = FALSE;

      for (guint j = 0; j < seen->len && !again; j++)
        again = ((const PosternApiRow *) seen->pdata[j])->done == row->done;
      if (row->done != NULL && !again)
        row->done (call);
      g_ptr_array_add (seen, (gpointer) row);
    }
}

static const PosternApiRow rows[] = {
  { POSTERN_API_ACTION, "/changes", "applyChanges", "configuration:write", "Makes several changes, all or none; each needs its own permission, too", &batch_schema, &result_schema, .work = apply, .done = finish, .flags = POSTERN_API_CONDITIONAL | POSTERN_API_CONFLICTS, .body_max = BODY_MAX },
  { POSTERN_API_QUERY, "/change-checks", "checkChanges", "configuration:read", "Says whether several changes could be made, and makes none", &batch_schema, &result_schema, .work = make_all, .flags = POSTERN_API_CONDITIONAL | POSTERN_API_CONFLICTS | POSTERN_API_TAKEN_BACK, .body_max = BODY_MAX },
  { .path = NULL },
};

const PosternApiResource postern_api_changes = { "Changes", "Several changes together.", rows };
