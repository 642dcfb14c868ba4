/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-run.h"

#include "postern-api-access.h"
#include "postern-api-condition.h"
#include "postern-api-input.h"
#include "postern-api-repeat.h"
#include "postern-seal.h"

#include <string.h>

/* --- what is written down ----------------------------------------------------------------------------------------- */

static gboolean
write_audit (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternAudit) audit = NULL;

  g_return_val_if_fail (call->event != NULL, FALSE);
  audit = postern_api_call_make_audit (call);
  return postern_audit_store_append (txn, audit, error);
}

/* What is asked of a person is written down whatever it is asked of: the organizations that somebody belongs to. */
static gboolean
asks_of_person (PosternApiCall *call)
{
  for (const PosternApiMember *member = call->row->query; member != NULL && member->name != NULL; member++)
    if ((member->flags & POSTERN_API_PERSONAL) != 0 && postern_json_get_string (call->query, member->name) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
is_sensitive (PosternApiCall *call)
{
  return (call->row->flags & POSTERN_API_SENSITIVE) != 0 || asks_of_person (call);
}

/* (nullable): the id of what was shown, or whose it is, whatever that was called in the request: a person may be named by an address */
static const char *
get_shown_id (PosternApiCall *call)
{
  const char *member = call->row->kind == POSTERN_API_SHOW ? postern_api_call_find_id_member (call->row->answer) : NULL;
  const char *named = postern_request_get_capture (call->request, "id");

  if (member != NULL)
    return postern_json_get_string (call->result, member);
  return named != NULL && call->looked_at != NULL ? call->looked_at : named;
}

/* What somebody looked for may be an address: of that the name of the parameter is written down. */
static void
add_query (PosternApiCall *call, GVariantDict *dict)
{
  g_auto (GVariantBuilder) searched = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  g_auto (GVariantDict) query = G_VARIANT_DICT_INIT (call->query);
  g_autoptr (GVariant) rest = NULL;
  guint n = 0;

  for (const PosternApiMember *member = call->row->query; member != NULL && member->name != NULL; member++)
    if ((member->flags & POSTERN_API_PERSONAL) != 0 && g_variant_dict_remove (&query, member->name)) {
      g_variant_builder_add (&searched, "s", member->name);
      n++;
    }
  rest = g_variant_ref_sink (g_variant_dict_end (&query));
  if (g_variant_n_children (rest) > 0)
    g_variant_dict_insert_value (dict, "query", rest);
  if (n > 0)
    g_variant_dict_insert_value (dict, "searched", g_variant_builder_end (&searched));
}

/* Who looked at what: one entry a request, however much it showed. */
static gboolean
write_read (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&dict, "operation", "s", call->row->operation);
  postern_api_call_add_string (&dict, "user", call->looked_at);
  add_query (call, &dict);
  postern_api_call_audit (call, "data.read", get_shown_id (call), g_variant_dict_end (&dict));
  return write_audit (call, txn, error);
}

/* --- the work ----------------------------------------------------------------------------------------------------- */

static gboolean
run (PosternTxn *txn, gpointer data, GError **error)
{
  PosternApiCall *call = data;

  if (postern_api_row_is_read (call->row))
    return call->row->work (call, txn, error) && (!is_sensitive (call) || write_read (call, txn, error));
  if (!postern_api_repeat_look (call, txn, error) || call->repeated != NULL)
    return call->repeated != NULL;
  return postern_api_condition_look (call, txn, error) && postern_api_condition_check (call, error) && call->row->work (call, txn, error) &&
         write_audit (call, txn, error) && postern_api_repeat_keep (call, txn, error);
}

static gboolean
try_conditions (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_api_repeat_look (data, txn, error) && postern_api_condition_look (data, txn, error) && postern_api_condition_check (data, error);
}

/* What is prepared may not be taken back: so conditions are tried before it, too, and what was done is not done again. */
static gboolean
prepare (PosternApiCall *call, GError **error)
{
  gboolean conditional = call->key_hash || postern_request_get_header (call->request, "If-Match") || postern_request_get_header (call->request, "If-None-Match");

  if (call->row->prepare == NULL)
    return TRUE;
  if (conditional && !postern_api_row_is_read (call->row) && !postern_store_read (call->store, POSTERN_KEEP_LASTING, try_conditions, call, error))
    return FALSE;
  return call->repeated != NULL || call->row->prepare (call, error);
}

static gboolean
work_in_vain (PosternTxn *txn, gpointer data, GError **error)
{
  PosternApiCall *call = data;

  call->taken_back = call->row->work (call, txn, error);
  if (call->taken_back)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "it is taken back, as was asked");
  return FALSE;
}

static gboolean
run_and_take_back (PosternApiCall *call, GError **error)
{
  g_autoptr (GError) failure = NULL;

  postern_store_write (call->store, POSTERN_KEEP_LASTING, work_in_vain, call, &failure);
  if (!call->taken_back)
    g_propagate_error (error, g_steal_pointer (&failure));
  return call->taken_back;
}

static gboolean
run_all (PosternApiCall *call, GError **error)
{
  if (!postern_api_input_read (call, error) || !postern_api_repeat_read (call, error) || !prepare (call, error))
    return FALSE;
  if (call->repeated != NULL)
    return TRUE;
  if (call->row->flags & POSTERN_API_TAKEN_BACK)
    return run_and_take_back (call, error);
  if (postern_api_row_is_read (call->row) && !is_sensitive (call))
    return postern_store_read (call->store, POSTERN_KEEP_LASTING, run, call, error);
  return postern_store_write (call->store, POSTERN_KEEP_LASTING, run, call, error);
}

/* --- what is answered --------------------------------------------------------------------------------------------- */

/* The rules of other rooms name the member in their words: "metadata.redirect_uris: must …". */
static void
find_fault (PosternApiCall *call, const GError *error)
{
  const char *colon = strstr (error->message, ": ");
  g_autofree char *name = colon ? g_strndup (error->message, (gsize) (colon - error->message)) : NULL;
  g_autofree char *first = name ? g_strndup (name, strcspn (name, ".")) : NULL;
  const PosternApiSchema *schema = call->row->body;
  g_autofree char *pointer = NULL;

  if (name == NULL || call->faults->len > 0 || strchr (name, ' ') != NULL || !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST))
    return;
  if (postern_api_schema_find (call->row->query, POSTERN_API_FOR_MAKING, name) != NULL)
    postern_api_schema_add_fault (call->faults, NULL, name, "invalid", colon + 2);
  else if (schema != NULL && (schema->members == NULL || postern_api_schema_find (schema->members, postern_api_row_get_purpose (call->row), first) != NULL))
    {
      pointer = g_strconcat ("/", name, NULL);
      postern_api_schema_add_fault (call->faults, g_strdelimit (pointer, ".", '/'), NULL, "invalid", colon + 2);
    }
}

static PosternResponse *
answer_error (PosternApiCall *call, const GError *error)
{
  g_autofree char *seconds = call->retry_after > 0 ? g_strdup_printf ("%u", call->retry_after) : NULL;
  PosternResponse *response;

  find_fault (call, error);
  response = postern_api_problem_respond (call->request, postern_tenant_get_issuer (call->api->tenant), error, call->faults, call->local);
  if (seconds != NULL)
    postern_response_set_header (response, "Retry-After", seconds);
  return response;
}

/* The next page as a link (RFC 8288), for who follows links and not members. */
static void
add_link (PosternApiCall *call, PosternResponse *response)
{
  const char *next = call->row->kind == POSTERN_API_LIST ? postern_json_get_string (call->result, "next") : NULL;
  g_autofree char *escaped = next ? g_uri_escape_string (next, NULL, FALSE) : NULL;
  g_autofree char *path = g_uri_escape_string (strstr (postern_request_get_path (call->request), "/api/v1"), "/", FALSE); /* the issuer may have a path, too */
  g_autoptr (GString) link = g_string_new (NULL);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (next == NULL)
    return;
  g_string_append_printf (link, "<%s%s?after=%s", postern_tenant_get_issuer (call->api->tenant), path, escaped);
  g_variant_iter_init (&iter, call->query);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    {
      gboolean text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING);
      g_autofree char *printed = text ? g_variant_dup_string (value, NULL) : g_variant_print (value, FALSE);
      g_autofree char *said = g_uri_escape_string (printed, NULL, FALSE);

      if (!g_str_equal (name, "after"))
        g_string_append_printf (link, "&%s=%s", name, said);
    }
  g_string_append (link, ">; rel=\"next\"");
  postern_response_set_header (response, "Link", link->str);
}

static PosternResponse *
answer_result (PosternApiCall *call)
{
  g_autofree char *tag = NULL;
  PosternResponse *response = postern_api_condition_answer (call, &tag);

  if (response != NULL)
    return response;
  response = postern_response_new_json (call->status, call->result);
  if (tag != NULL)
    postern_response_set_header (response, "ETag", tag);
  add_link (call, response);
  return response;
}

static PosternResponse *
answer_again (PosternApiCall *call)
{
  g_autoptr (GBytes) body = g_bytes_new (call->repeated, strlen (call->repeated));
  PosternResponse *response = postern_response_new (call->status, *call->repeated ? "application/json" : NULL, *call->repeated ? body : NULL);

  postern_response_set_header (response, "Cache-Control", "no-store");
  postern_response_set_header (response, "Idempotency-Replayed", "true");
  return response;
}

static PosternResponse *
answer (PosternApiCall *call)
{
  if (call->repeated != NULL)
    return answer_again (call);
  if (call->ended != NULL && !call->taken_back)
    call->api->sessions->tell (call->api->tenant, call->ended, call->api->sessions_data);
  if (call->row->done != NULL)
    call->row->done (call);
  if (call->result != NULL)
    return answer_result (call);
  return postern_response_new (204, NULL, NULL);
}

/* --- a request ---------------------------------------------------------------------------------------------------- */

static void
call_clear (PosternApiCall *call)
{
  g_clear_pointer (&call->body, g_variant_unref);
  g_clear_pointer (&call->query, g_variant_unref);
  g_clear_pointer (&call->before, g_variant_unref);
  g_clear_pointer (&call->result, g_variant_unref);
  g_clear_pointer (&call->detail, g_variant_unref);
  g_clear_pointer (&call->personal, g_variant_unref);
  g_clear_pointer (&call->ended, g_ptr_array_unref);
  g_clear_pointer (&call->parts, g_ptr_array_unref);
  g_clear_pointer (&call->faults, g_ptr_array_unref);
  g_free (call->event);
  g_free (call->target);
  g_free (call->person);
  g_free (call->looked_at);
  g_free (call->key_hash);
  g_free (call->request_hash);
  postern_secret_free (call->repeated);
  postern_secret_free (call->prepared);
}

typedef gboolean (*LetIn) (PosternApiCall *call, PosternBearer *bearer, GError **error);

static gboolean
let_in_known (PosternApiCall *call, PosternBearer *bearer, GError **error)
{
  return postern_api_access_take (call, bearer, error);
}

/* @let_in: (nullable): it came by the admin socket */
static PosternResponse *
run_whole (PosternApi *api, const PosternApiRow *row, PosternRequest *request, PosternBearer *bearer, LetIn let_in)
{
  PosternApiCall call = { .api = api, .row = row, .request = request, .local = let_in == NULL, .actor = "local administrator" };
  g_autoptr (GError) error = NULL;
  PosternResponse *response;

  call.store = postern_tenant_get_store (api->tenant);
  call.now = g_get_real_time () / G_USEC_PER_SEC;
  call.faults = postern_api_schema_new_faults ();
  if (!postern_api_row_is_for (row, api->tenant))
    {
      g_set_error_literal (&error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is nothing at this address.");
      response = answer_error (&call, error);
    }
  else if (let_in != NULL && !let_in (&call, bearer, &error))
    response = postern_api_access_refuse (&call, error);
  else
    response = run_all (&call, &error) ? answer (&call) : answer_error (&call, error);
  call_clear (&call);
  return response;
}

PosternResponse *
postern_api_run (PosternApi *api, const PosternApiRow *row, PosternRequest *request, gboolean local)
{
  g_auto (PosternBearer) bearer = { NULL };

  return run_whole (api, row, request, &bearer, local ? NULL : postern_api_access_check);
}

PosternResponse *
postern_api_run_for (PosternApi *api, const PosternApiRow *row, PosternRequest *request, PosternBearer *bearer)
{
  return run_whole (api, row, request, bearer, let_in_known);
}

/* --- a part of one ------------------------------------------------------------------------------------------------ */

/* Who only asks whether it could be done sees what would change, and no more; whether they could do it themselves is another question. */
static gboolean
may_run_part (PosternApiCall *self, PosternApiCall *part, GError **error)
{
  const PosternApiRow *shown = postern_api_condition_find_shown (part->row);
  gboolean in_vain = (self->row->flags & POSTERN_API_TAKEN_BACK) != 0 && shown != NULL;

  if (!self->local && !postern_api_access_may (self->bearer, in_vain ? shown : part->row, error))
    return FALSE;
  part->local = self->local || in_vain;
  return TRUE;
}

/* What is told once it is committed. */
static void
keep_part (PosternApiCall *self, PosternApiCall *part)
{
  if (self->parts == NULL)
    self->parts = g_ptr_array_new ();
  if (!g_ptr_array_find (self->parts, part->row, NULL))
    g_ptr_array_add (self->parts, (gpointer) part->row);
  if (part->ended != NULL && self->ended != NULL)
    g_ptr_array_extend_and_steal (self->ended, g_steal_pointer (&part->ended));
  else if (part->ended != NULL)
    self->ended = g_steal_pointer (&part->ended);
}

gboolean
postern_api_run_part (PosternApiCall *self, PosternTxn *txn, const PosternApiRow *row, PosternRequest *request, GError **error)
{
  PosternApiCall part = { .api = self->api, .row = row, .request = request, .actor = self->actor, .bearer = self->bearer, .store = self->store, .now = self->now };
  gboolean good;

  part.faults = postern_api_schema_new_faults ();
  good = may_run_part (self, &part, error) && postern_api_input_read (&part, error) && postern_api_condition_look (&part, txn, error) && postern_api_condition_check (&part, error) &&
         row->work (&part, txn, error) && write_audit (&part, txn, error);
  if (good)
    keep_part (self, &part);
  call_clear (&part);
  return good;
}
