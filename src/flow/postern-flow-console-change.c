/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n.h>
#include <string.h>

#include "postern-authenticator.h"
#include "postern-audit-part.h"
#include "postern-flow-audit.h"
#include "postern-flow-console-form.h"
#include "postern-flow-context.h"
#include "postern-flow-kept.h"
#include "postern-flow-routes.h"
#include "postern-instance-try.h"

#define ADD_PATH POSTERN_FLOW_CONSOLE_PATH "/add/"
#define EDIT_PATH POSTERN_FLOW_CONSOLE_PATH "/connectors/"
#define FILL_IN 900 /* seconds: a form that is opened just after a sign-in is filled in from a provider's pages, which takes a while */

/* One connector, which there is or is to be. */
typedef struct {
  PosternFlowConsole console;
  char *path;                  /* of its page */
  PosternPluginInfo *info;     /* (nullable): no plugin to make a form of */
  PosternInstanceEntry *entry; /* (nullable): a new one */
} Page;

static void
page_clear (Page *page)
{
  postern_flow_console_clear (&page->console);
  g_clear_pointer (&page->path, g_free);
  g_clear_pointer (&page->entry, postern_instance_book_entry_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

static char *
dup_path (const char *prefix, const char *name, const char *suffix)
{
  g_autofree char *escaped = g_uri_escape_string (name ? name : "", NULL, FALSE);

  return g_strconcat (prefix, escaped, suffix, NULL);
}

static PosternResponse *
enter_new (Page *page, PosternFlowEngine *engine, PosternRequest *request)
{
  const char *type = postern_request_get_capture (request, "type");
  PosternResponse *answer;

  page->path = dup_path (ADD_PATH, type, NULL);
  answer = postern_flow_console_enter_to_change (&page->console, engine, request, page->path);
  if (answer)
    return answer;
  page->info = postern_instance_change_find_type (page->console.book, type ? type : "");
  return page->info ? NULL : postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "There is no such type that can be set up here");
}

/* @suffix: of the page that is come back to after a sign-in */
static PosternResponse *
enter_to_see (Page *page, PosternFlowEngine *engine, PosternRequest *request, const char *suffix)
{
  const char *id = postern_request_get_capture (request, "id");
  g_autoptr (GError) error = NULL;
  PosternResponse *answer;

  page->path = dup_path (EDIT_PATH, id, suffix);
  answer = postern_flow_console_enter (&page->console, engine, request, page->path);
  if (answer)
    return answer;
  page->entry = postern_flow_console_get (&page->console, id ? id : "", &error);
  if (page->entry == NULL)
    return postern_response_new_error_page (error, NULL);
  if (g_str_equal (page->entry->origin, "server"))
    return postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "What the server brings itself is not set up here");
  page->info = postern_instance_change_find_type (page->console.book, page->entry->type);
  return NULL;
}

static PosternResponse *
enter_to_change (Page *page, PosternFlowEngine *engine, PosternRequest *request, const char *suffix)
{
  PosternResponse *answer = enter_to_see (page, engine, request, suffix);

  return answer || page->console.can_change ? answer : postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, POSTERN_FLOW_CONSOLE_LOOKS_ON);
}

static gboolean
is_stored (Page *page)
{
  return page->entry && g_str_equal (page->entry->origin, "database");
}

static gboolean
can_be_changed (Page *page)
{
  return page->console.can_change && is_stored (page);
}

static gboolean
is_recent (Page *page)
{
  return postern_flow_context_now () - page->console.visit->session->auth_time < FILL_IN;
}

static PosternResponse *
sign_in_again (Page *page)
{
  return postern_flow_visit_sign_in_again (page->console.engine, page->console.visit, page->console.request, page->path);
}

/* --- its page ----------------------------------------------------------------------------------------------------------------- */

static void
add_type (PosternJsonObject *model, Page *page)
{
  PosternPluginInfo *info = page->info ? page->info : page->entry->info;

  postern_json_object_add_string (model, "type_name", info ? info->name : page->entry->type);
  postern_json_object_add_string (model, "description", info ? info->description : NULL);
  postern_flow_console_add_guide (&page->console, model, info);
}

/* What the provider must be told. */
static void
add_callback (PosternJsonObject *model, Page *page, PosternRequest *typed)
{
  PosternPluginInfo *info = page->info ? page->info : page->entry->info;
  const char *id = NULL;

  if (info == NULL || !g_str_equal (info->kind, "connector"))
    return;
  if (typed)
    postern_request_get_form (typed, "id", &id, NULL);
  postern_flow_console_add_url (&page->console, model, "callback_url", "/callback/", page->entry ? page->entry->id : id && *id ? id : info->id);
}

static GVariant *
locked_settings (PosternInstanceEntry *entry)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  GVariantIter iter;
  const char *name, *value;

  if (entry->settings) {
    g_variant_iter_init (&iter, entry->settings);
    while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
      g_variant_builder_add (&rows, "v", g_variant_new_parsed ("{'name': <%s>, 'value': <%s>}", name, value));
  }
  for (guint i = 0; entry->secrets && entry->secrets[i]; i++)
    g_variant_builder_add (&rows, "v", g_variant_new_parsed ("{'name': <%s>, 'hidden': <true>}", entry->secrets[i]));
  return g_variant_builder_end (&rows);
}

static gboolean
can_be_tried (PosternInstanceEntry *entry)
{
  return entry->instance && POSTERN_IS_CONNECTOR (entry->instance);
}

static void
add_old (PosternJsonObject *model, Page *page)
{
  g_autofree char *delete_path = g_strconcat (page->path, "/delete", NULL);

  postern_flow_console_add_entry (model, page->entry);
  postern_json_object_add_boolean (model, "enabled", page->entry->state != POSTERN_INSTANCE_OFF);
  postern_json_object_add_boolean (model, "looks_on", !page->console.can_change);
  postern_json_object_add_boolean (model, "can_try", page->console.can_change && can_be_tried (page->entry));
  if (can_be_changed (page))
    postern_flow_console_add_url (&page->console, model, "delete_url", delete_path, NULL);
  else
    postern_json_object_add (model, "settings", locked_settings (page->entry));
}

/* (transfer full) (nullable): the form as it was sent, but for secrets */
static PosternRequest *
read_typed (GVariant *kept)
{
  const char *body = kept ? postern_json_get_string (kept, "typed") : NULL;
  PosternRequest *typed = body ? postern_request_new ("POST", "/", NULL) : NULL;
  g_autoptr (GBytes) bytes = body ? g_bytes_new (body, strlen (body)) : NULL;

  if (typed) {
    postern_request_add_header (typed, "Content-Type", "application/x-www-form-urlencoded");
    postern_request_set_body (typed, bytes);
  }
  return typed;
}

static void
add_trial (PosternJsonObject *model, GVariant *kept)
{
  const char *tried = postern_json_get_string (kept, "tried");

  if (tried)
    postern_json_object_add_boolean (model, postern_json_get_boolean (kept, "good", FALSE) ? "tried_good" : "tried_bad", TRUE);
  postern_json_object_add_string (model, "tried", tried);
}

/* @kept: (nullable): what the last form came to: what was `typed` and not taken, with `words` of why, the field that is the `culprit` and a
 * `detail`; whether it came too `late`; or what was `tried`, and whether that is `good` */
static PosternResponse *
show (Page *page, GVariant *kept)
{
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (PosternRequest) typed = read_typed (kept);
  PosternFlowConsoleFault fault = { NULL, NULL, NULL };

  if (typed) {
    fault.culprit = postern_json_get_string (kept, "culprit");
    fault.words = postern_json_get_string (kept, "words");
    fault.detail = postern_json_get_string (kept, "detail");
    postern_json_object_add_string (&model, "error_request", postern_json_get_string (kept, "error_request"));
  }
  postern_flow_console_add_url (&page->console, &model, "action", page->path, NULL);
  postern_flow_console_add_url (&page->console, &model, "back_url", POSTERN_FLOW_CONSOLE_PATH, NULL);
  add_type (&model, page);
  add_callback (&model, page, typed);
  if (page->entry)
    add_old (&model, page);
  else
    postern_json_object_add_boolean (&model, "new", TRUE);
  if (page->info && (page->entry == NULL || can_be_changed (page)))
    postern_flow_console_form_add (&model, page->info, page->entry, typed, fault.words ? &fault : NULL);
  if (kept && postern_json_get_boolean (kept, "late", FALSE)) /* who signs in there can then save here */
    postern_flow_console_add_url (&page->console, &model, "again_url", page->path, NULL);
  if (kept)
    add_trial (&model, kept);
  return postern_response_new_page (200, "console-connector", postern_json_object_end (&model));
}

PosternResponse *
postern_flow_console_change_new (PosternRequest *request, gpointer engine)
{
  g_auto (Page) page = { { NULL } };
  PosternResponse *answer = enter_new (&page, engine, request);
  g_autoptr (GVariant) kept = NULL;

  if (answer)
    return answer;
  kept = postern_flow_kept_get (page.console.visit, request, page.path);
  return kept || postern_flow_visit_is_fresh (page.console.visit) ? show (&page, kept) : sign_in_again (&page);
}

PosternResponse *
postern_flow_console_change_show (PosternRequest *request, gpointer engine)
{
  g_auto (Page) page = { { NULL } };
  PosternResponse *answer = enter_to_see (&page, engine, request, NULL);
  g_autoptr (GVariant) kept = NULL;

  if (answer)
    return answer;
  kept = postern_flow_kept_get (page.console.visit, request, page.path);
  return kept || !can_be_changed (&page) || postern_flow_visit_is_fresh (page.console.visit) ? show (&page, kept) : sign_in_again (&page);
}

/* --- changes -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternFlowContext *context;
  PosternInstanceBook *book;
  const PosternInstanceChange *change; /* (nullable): it is deleted */
  const char *id;
  char *culprit; /* (nullable); owned */
  gint64 identities; /* of one that is deleted: how many people it knew */
} Turn;

static const char *
event_of (Turn *turn)
{
  return turn->change ? "connector.changed" : "connector.deleted";
}

/* The names of what is changed, as the API keeps them: never the values. */
static GVariant *
detail_of (const PosternInstanceChange *change)
{
  g_auto (GVariantBuilder) members = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY), settings = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);
  const struct {
    const char *name;
    gboolean sent;
  } rows[] = { { "type", change->type != NULL }, { "name", change->name != NULL }, { "order", change->order != NULL }, { "enabled", change->enabled >= 0 }, { "settings", change->settings != NULL } };
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  GVariantIter iter;
  const char *name;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].sent)
      g_variant_builder_add (&members, "s", rows[i].name);
  g_variant_dict_insert_value (&dict, "members", g_variant_builder_end (&members));
  if (change->settings == NULL)
    return g_variant_dict_end (&dict);
  g_variant_iter_init (&iter, change->settings);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, NULL))
    g_variant_builder_add (&settings, "s", name);
  g_variant_dict_insert_value (&dict, "settings", g_variant_builder_end (&settings));
  return g_variant_dict_end (&dict);
}

/* (transfer full) (nullable): as it is set up now; of secrets which are set. Where there is none, nothing */
static GVariant *
describe (Turn *turn, PosternTxn *txn)
{
  g_autoptr (PosternInstanceEntry) entry = postern_instance_book_get (turn->book, txn, turn->id, NULL);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);

  if (entry == NULL)
    return NULL;
  g_variant_dict_insert (&dict, "type", "s", entry->type);
  g_variant_dict_insert (&dict, "name", "s", postern_instance_book_get_name (entry));
  g_variant_dict_insert (&dict, "order", "x", (gint64) entry->order);
  g_variant_dict_insert (&dict, "enabled", "b", entry->state != POSTERN_INSTANCE_OFF);
  if (entry->settings)
    g_variant_dict_insert_value (&dict, "settings", entry->settings);
  if (entry->secrets)
    g_variant_dict_insert (&dict, "secrets", "^as", entry->secrets);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
write_audit (Turn *turn, PosternTxn *txn, GVariant *before, GError **error)
{
  const PosternAuditBy by = postern_audit_by_request (turn->context->flow->user_id, turn->context->request);
  g_autoptr (PosternAudit) audit = postern_audit_store_new_by (event_of (turn), &by, turn->id);
  g_autoptr (GVariant) after = turn->change ? describe (turn, txn) : NULL, names = turn->change ? g_variant_ref_sink (detail_of (turn->change)) : NULL;
  g_autoptr (GVariant) gone = postern_audit_part_pick (before, after, NULL, NULL), come = postern_audit_part_pick (after, before, NULL, NULL);
  g_auto (GVariantDict) data = G_VARIANT_DICT_INIT (names);

  g_variant_dict_insert_value (&data, "before", gone);
  if (turn->change)
    g_variant_dict_insert_value (&data, "after", come);
  else
    g_variant_dict_insert (&data, "identities", "x", turn->identities);
  audit->data = g_variant_ref_sink (g_variant_dict_end (&data));
  return postern_audit_store_append (txn, audit, error);
}

static gboolean
run (PosternTxn *txn, gpointer user_data, GError **error)
{
  Turn *turn = user_data;
  g_autoptr (GVariant) before = NULL;
  gboolean done;

  if (!postern_flow_console_check (turn->context, txn, error))
    return FALSE;
  before = describe (turn, txn);
  if (turn->change)
    done = postern_instance_change_put (turn->book, txn, turn->change, &turn->culprit, error);
  else
    done = postern_instance_change_delete (turn->book, txn, turn->id, &turn->identities, error);
  return done && write_audit (turn, txn, before, error);
}

/* @change: (nullable): it is deleted. @culprit: (out) (nullable) (transfer full) */
static gboolean
commit (Page *page, const char *id, const PosternInstanceChange *change, char **culprit, GError **error)
{
  PosternFlowVisit *visit = page->console.visit;
  PosternFlowContext context;
  g_autoptr (PosternFlow) flow = postern_flow_visit_begin_context (visit, postern_flow_engine_get_runtime (page->console.engine), page->console.request, &context);
  Turn turn = { &context, page->console.book, change, id, NULL };
  gboolean done;

  postern_flow_set_string (&flow->connector_id, id);
  done = postern_store_write (postern_tenant_get_store (visit->tenant), POSTERN_KEEP_LASTING, run, &turn, error);
  if (done) {
    postern_flow_audit_tell (&context, event_of (&turn), visit->user->id);
    postern_instance_book_tell_changed (page->console.book);
  }
  postern_flow_context_clear (&context);
  *culprit = turn.culprit;
  return done;
}

/* Nothing that was typed is lost, but for secrets. */
static PosternResponse *
lead_to_fault (Page *page, const PosternFlowConsoleFault *fault, gboolean late)
{
  g_autofree char *typed = postern_flow_console_form_dup_typed (page->console.request, page->info);
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "typed", typed);
  postern_json_object_add_string (&model, "culprit", fault->culprit);
  postern_json_object_add_string (&model, "words", fault->words);
  postern_json_object_add_string (&model, "detail", fault->detail);
  postern_json_object_add_boolean (&model, "late", late);
  return postern_flow_kept_put (page->console.visit, page->console.request, page->path, postern_json_object_end (&model));
}

static PosternResponse *
answer_fault (Page *page, const char *culprit, const GError *error)
{
  const char *words = postern_flow_console_form_find_words (page->console.request, page->info, page->entry, culprit, error);
  PosternFlowConsoleFault fault = { words ? culprit : NULL, words ? words : N_("This cannot be kept as it is."), words ? NULL : error->message };

  if (!g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST) && !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT))
    return postern_response_new_error_page (error, NULL);
  return lead_to_fault (page, &fault, FALSE);
}

static PosternResponse *
save (Page *page, const char *location)
{
  g_auto (PosternFlowConsoleForm) form = POSTERN_FLOW_CONSOLE_FORM_INIT;
  PosternFlowConsoleFault late = { NULL, N_("You signed in too long ago for this. Sign in again in a new tab, then save here."), NULL };
  g_autofree char *culprit = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_recent (page))
    return lead_to_fault (page, &late, TRUE);
  if (postern_flow_console_form_read (&form, page->console.request, page->info, page->entry, &error) && commit (page, form.change.id, &form.change, &culprit, &error))
    return postern_response_new_redirect (location);
  return answer_fault (page, culprit, error);
}

PosternResponse *
postern_flow_console_change_create (PosternRequest *request, gpointer engine)
{
  g_auto (Page) page = { { NULL } };
  PosternResponse *answer = enter_new (&page, engine, request);

  return answer ? answer : save (&page, POSTERN_FLOW_CONSOLE_PATH "?notice=added");
}

static PosternResponse *
turn_on (Page *page, gboolean on)
{
  PosternInstanceChange change = POSTERN_INSTANCE_CHANGE_INIT;
  g_autofree char *culprit = NULL;
  g_autoptr (GError) error = NULL;

  change.id = page->entry->id;
  change.enabled = on;
  if (commit (page, change.id, &change, &culprit, &error))
    return postern_response_new_redirect (POSTERN_FLOW_CONSOLE_PATH "?notice=changed");
  return postern_response_new_error_page (error, NULL);
}

static PosternResponse *
try (Page *page)
{
  g_auto (PosternInstanceTrial) trial = { 0 };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  if (!can_be_tried (page->entry))
    return postern_response_new_redirect (page->path);
  postern_instance_try (page->entry->instance, postern_tenant_get_issuer (page->console.visit->tenant), postern_request_get_cancellable (page->console.request), &trial);
  postern_json_object_add_string (&model, "tried", trial.text);
  postern_json_object_add_boolean (&model, "good", trial.good);
  return postern_flow_kept_put (page->console.visit, page->console.request, page->path, postern_json_object_end (&model));
}

PosternResponse *
postern_flow_console_change_submit (PosternRequest *request, gpointer engine)
{
  g_auto (Page) page = { { NULL } };
  PosternResponse *answer = enter_to_change (&page, engine, request, NULL);
  g_autoptr (GError) error = NULL;
  const char *action = NULL;

  if (answer)
    return answer;
  if (!postern_request_get_form (request, "action", &action, &error))
    return postern_response_new_error_page (error, NULL);
  if (g_strcmp0 (action, "save") == 0 && page.info && is_stored (&page))
    return save (&page, POSTERN_FLOW_CONSOLE_PATH "?notice=changed");
  if (!is_recent (&page))
    return sign_in_again (&page);
  if (g_strcmp0 (action, "try") == 0)
    return try (&page);
  if (g_strcmp0 (action, "on") == 0 || g_strcmp0 (action, "off") == 0)
    return turn_on (&page, g_str_equal (action, "on"));
  return postern_flow_console_refuse (POSTERN_ERROR_INVALID_REQUEST, "The form names no action that this connector has");
}

/* --- taken away ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  const char *id;
  gint64 count;
} Linked;

static gboolean
count_linked (PosternTxn *txn, gpointer user_data, GError **error)
{
  Linked *self = user_data;

  return postern_identity_store_count_of_connector (txn, self->id, &self->count, error);
}

/* What becomes of people. */
static gboolean
add_linked (PosternJsonObject *model, Page *page, GError **error)
{
  PosternPluginInfo *info = page->entry->info;
  Linked linked = { page->entry->id, 0 };

  if (!postern_store_read (postern_tenant_get_store (page->console.visit->tenant), POSTERN_KEEP_LASTING, count_linked, &linked, error))
    return FALSE;
  postern_json_object_add_boolean (model, "signs_in", linked.count > 0 || info == NULL || g_str_equal (info->kind, "connector"));
  if (linked.count > 0)
    postern_json_object_add_int64 (model, "linked", linked.count);
  return TRUE;
}

PosternResponse *
postern_flow_console_change_ask_delete (PosternRequest *request, gpointer engine)
{
  g_auto (Page) page = { { NULL } };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *answer = enter_to_change (&page, engine, request, "/delete");
  g_autoptr (GError) error = NULL;

  if (answer)
    return answer;
  if (!is_stored (&page))
    return postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "What a file sets up is not deleted here");
  if (!postern_flow_visit_is_fresh (page.console.visit))
    return sign_in_again (&page);
  postern_flow_console_add_url (&page.console, &model, "action", page.path, NULL);
  postern_flow_console_add_url (&page.console, &model, "back_url", EDIT_PATH, page.entry->id);
  postern_flow_console_add_entry (&model, page.entry);
  if (!add_linked (&model, &page, &error))
    return postern_response_new_error_page (error, NULL);
  return postern_response_new_page (200, "console-delete", postern_json_object_end (&model));
}

PosternResponse *
postern_flow_console_change_delete (PosternRequest *request, gpointer engine)
{
  g_auto (Page) page = { { NULL } };
  PosternResponse *answer = enter_to_change (&page, engine, request, "/delete");
  g_autofree char *culprit = NULL;
  g_autoptr (GError) error = NULL;

  if (answer)
    return answer;
  if (!is_recent (&page))
    return sign_in_again (&page);
  if (commit (&page, page.entry->id, NULL, &culprit, &error))
    return postern_response_new_redirect (POSTERN_FLOW_CONSOLE_PATH "?notice=deleted");
  return postern_response_new_error_page (error, NULL);
}
