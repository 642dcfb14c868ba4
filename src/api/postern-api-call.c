/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-call.h"

#include "postern-api-access.h"
#include "postern-api-change.h"
#include "postern-api-condition.h"
#include "postern-api-repeat.h"
#include "postern-identifier.h"
#include "postern-notice.h"
#include "postern-outbox.h"
#include "postern-seal.h"

#include <string.h>

/* --- what was sent ---------------------------------------------------------------------------------------------- */

gboolean
postern_api_call_invalid (GError **error, const char *name, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", name, why);
  return FALSE;
}

/* The body's type is checked where a body comes: a form that a foreign page sends is none of ours. */
static gboolean
check_content_type (PosternApiCall *call, GError **error)
{
  const char *type = postern_request_get_header (call->request, "Content-Type");
  gsize length = type ? strcspn (type, "; ") : 0;

  if (type == NULL || (length == strlen ("application/json") && g_ascii_strncasecmp (type, "application/json", length) == 0))
    return TRUE;
  g_set_error_literal (error, POSTERN_API_ERROR, POSTERN_API_ERROR_UNSUPPORTED_MEDIA_TYPE, "the body must be application/json");
  return FALSE;
}

/* Levels of objects and arrays. */
static guint
get_depth (GVariant *value)
{
  guint deepest = 0;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    {
      g_autoptr (GVariant) inner = g_variant_get_variant (value);

      return get_depth (inner);
    }
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) && !g_variant_is_of_type (value, G_VARIANT_TYPE_DICT_ENTRY))
    return 0;
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      deepest = MAX (deepest, get_depth (child));
    }
  return deepest + (g_variant_is_of_type (value, G_VARIANT_TYPE_ARRAY) ? 1 : 0);
}

static gboolean
read_body (PosternApiCall *call, GError **error)
{
  GBytes *bytes = postern_request_get_body (call->request);
  g_autoptr (GError) failure = NULL;

  if (g_bytes_get_size (bytes) == 0)
    {
      call->body = g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE ("{sv}"), NULL, 0));
      return TRUE;
    }
  if (!check_content_type (call, error))
    return FALSE;
  call->body = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                                          (gssize) postern_api_row_get_body_max (call->row), &failure);
  if (call->body == NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "the body is no JSON object: %s", failure->message);
  else if (get_depth (call->body) > POSTERN_API_DEPTH_MAX)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "the body is nested too deeply");
  else
    return TRUE;
  return FALSE;
}

/* The first of the faults, as words: "settings.host: must be a string". */
static gboolean
tell_first_fault (PosternApiCall *call, GError **error)
{
  const PosternApiFault *fault = call->faults->pdata[0];
  g_autofree char *name = g_strdup (fault->parameter ? fault->parameter : fault->pointer);

  return postern_api_call_invalid (error, g_strdelimit (*name == '/' ? name + 1 : name, "/", '.'), fault->detail);
}

static const PosternApiSchema nothing = { "Nothing", (const PosternApiMember[]){ { NULL } } };

static gboolean
check_body (PosternApiCall *call, GError **error)
{
  const PosternApiSchema *schema = call->row->body ? call->row->body : &nothing;

  if (!read_body (call, error))
    return FALSE;
  return postern_api_schema_check (schema, postern_api_row_get_purpose (call->row), call->body, call->faults) || tell_first_fault (call, error);
}

/* No id and no name of anything is longer: nobody needs to look for it. */
static gboolean
check_captures (PosternApiCall *call, GError **error)
{
  for (const char *open = strchr (call->row->path, '{'); open != NULL; open = strchr (open + 1, '{'))
    {
      g_autofree char *name = g_strndup (open + 1, strcspn (open + 1, "}"));
      const char *value = postern_request_get_capture (call->request, name);

      if (g_utf8_strlen (value, -1) <= POSTERN_API_CAPTURE_MAX)
        continue;
      g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "there is nothing of an id as long as that");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_query (PosternApiCall *call, GError **error)
{
  const PosternApiMember *tables[POSTERN_API_ROW_TABLES];

  postern_api_row_get_query (call->row, tables);
  call->query = postern_api_schema_read_query (tables, postern_request_get_query_string (call->request), call->faults);
  if (call->query == NULL)
    return tell_first_fault (call, error);
  call->after = postern_json_get_string (call->query, "after");
  call->limit = (guint) postern_json_get_int64 (call->query, "limit", POSTERN_API_LIMIT);
  return TRUE;
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

/* (nullable) */
static const char *
find_id_member (const PosternApiSchema *schema)
{
  for (const PosternApiMember *member = schema->members; member != NULL && member->name != NULL; member++)
    if (member->flags & POSTERN_API_ID)
      return member->name;
  return NULL;
}

gboolean
postern_api_call_set_page (PosternApiCall *call, GPtrArray *rows, PosternApiToJson to_json)
{
  const char *id = find_id_member (call->row->answer);
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

/* --- running ---------------------------------------------------------------------------------------------------- */

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

gboolean
postern_api_call_append_audit (PosternApiCall *call, PosternTxn *txn, const char *event, const char *target, GVariant *detail, GError **error)
{
  g_autoptr (GVariant) owned = detail ? g_variant_ref_sink (detail) : NULL;
  g_autoptr (PosternAudit) audit = new_audit (call, event, target);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (owned);

  if (call->bearer != NULL)
    g_variant_dict_insert (&dict, "client_id", "s", call->bearer->client_id);
  audit->data = g_variant_ref_sink (g_variant_dict_end (&dict));
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
write_audit (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (PosternAudit) audit = NULL;

  g_return_val_if_fail (call->event != NULL, FALSE);
  audit = postern_api_call_make_audit (call);
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
is_sensitive (PosternApiCall *call)
{
  return (call->row->flags & POSTERN_API_SENSITIVE) != 0;
}

/* (nullable): the id of what was shown, whatever it was called in the request: a person may be named by an address */
static const char *
get_shown_id (PosternApiCall *call)
{
  const char *member = call->row->kind == POSTERN_API_SHOW ? find_id_member (call->row->answer) : NULL;

  return member != NULL ? postern_json_get_string (call->result, member) : postern_request_get_capture (call->request, "id");
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
  if (!check_captures (call, error) || !postern_api_condition_read (call, error) || !read_query (call, error) || !check_body (call, error) || !postern_api_repeat_read (call, error) || !prepare (call, error))
    return FALSE;
  if (call->repeated != NULL)
    return TRUE;
  if (call->row->flags & POSTERN_API_TAKEN_BACK)
    return run_and_take_back (call, error);
  if (postern_api_row_is_read (call->row) && !is_sensitive (call))
    return postern_store_read (call->store, POSTERN_KEEP_LASTING, run, call, error);
  return postern_store_write (call->store, POSTERN_KEEP_LASTING, run, call, error);
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

/* Who only asks whether it could be done sees what would change, and no more; whether they could do it themselves is another question. */
static gboolean
may_run_part (PosternApiCall *self, PosternApiCall *part, GError **error)
{
  const PosternApiRow *shown = postern_api_condition_find_shown (part->row);
  gboolean in_vain = (self->row->flags & POSTERN_API_TAKEN_BACK) != 0 && shown != NULL;

  if (!postern_api_call_may (self, in_vain ? shown->permission : part->row->permission, error))
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
postern_api_call_run_part (PosternApiCall *self, PosternTxn *txn, const PosternApiRow *row, PosternRequest *request, GError **error)
{
  PosternApiCall part = { .api = self->api, .row = row, .request = request, .actor = self->actor, .bearer = self->bearer, .store = self->store, .now = self->now };
  gboolean good;

  part.faults = postern_api_schema_new_faults ();
  good = may_run_part (self, &part, error) && check_captures (&part, error) && postern_api_condition_read (&part, error) && read_query (&part, error) &&
         check_body (&part, error) && postern_api_condition_look (&part, txn, error) && postern_api_condition_check (&part, error) &&
         row->work (&part, txn, error) && write_audit (&part, txn, error);
  if (good)
    keep_part (self, &part);
  call_clear (&part);
  return good;
}

PosternResponse *
postern_api_call_run (PosternApi *api, const PosternApiRow *row, PosternRequest *request, gboolean local)
{
  PosternApiCall call = { .api = api, .row = row, .request = request, .local = local, .actor = "local administrator" };
  g_auto (PosternBearer) bearer = { NULL };
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
  else if (!local && !postern_api_access_check (&call, &bearer, &error))
    response = postern_api_access_refuse (&call, error);
  else
    response = run_all (&call, &error) ? answer (&call) : answer_error (&call, error);
  call_clear (&call);
  return response;
}
