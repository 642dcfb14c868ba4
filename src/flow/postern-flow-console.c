/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-console.h"

#include <glib/gi18n.h>

#include "postern-flow-choices.h"
#include "postern-flow-context.h"
#include "postern-flow-routes.h"
#include "postern-flow-tasks.h"
#include "postern-notice.h"

/* --- who comes in --------------------------------------------------------------------------------------------------------- */

PosternResponse *
postern_flow_console_refuse (PosternError code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (POSTERN_ERROR, (int) code, message);

  return postern_response_new_error_page (error, NULL);
}

#define SEE "connectors:read"
#define SEE_WEBHOOKS "webhooks:read"
#define NOT_FOR_YOU N_("Only administrators come in here. If you are one, sign out and sign in with that account.")

/* A connector vouches for anybody, and a messenger reads what opens accounts: who sets one up must be an owner, or as good as one. */
static gboolean
may_change (PosternPermission *permission, const char *issuer)
{
  return permission && postern_permission_has_all (permission, issuer);
}

/* What somebody does in the console is theirs alone: no organization that they are in lends them anything. (transfer full) (nullable) */
static PosternPermission *
load_permission (PosternTenant *tenant, const char *user_id, GError **error)
{
  PosternPermissionSubject subject = { user_id, NULL };

  return postern_permission_cache_dup (postern_tenant_get_permissions (tenant), &subject, error);
}

gboolean
postern_flow_console_is_open (PosternRuntime *runtime, PosternTenant *tenant, const char *user_id)
{
  g_autoptr (PosternPermission) permission = postern_runtime_get_book (runtime) ? load_permission (tenant, user_id, NULL) : NULL;

  return permission && postern_permission_manages (permission, postern_tenant_get_issuer (tenant), SEE);
}

PosternResponse *
postern_flow_console_enter (PosternFlowConsole *self, PosternFlowEngine *engine, PosternRequest *request, const char *path)
{
  PosternResponse *answer = NULL;
  g_autoptr (PosternPermission) permission = NULL;
  g_autoptr (GError) error = NULL;
  const char *issuer;

  self->engine = engine;
  self->request = request;
  self->book = postern_runtime_get_book (postern_flow_engine_get_runtime (engine));
  if (self->book == NULL)
    return postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "There is no console here");
  self->visit = postern_flow_visit_new (engine, request, path, &answer);
  if (self->visit == NULL)
    return answer;
  permission = load_permission (self->visit->tenant, self->visit->user->id, &error);
  if (permission == NULL)
    return postern_response_new_error_page (error, NULL);
  issuer = postern_tenant_get_issuer (self->visit->tenant);
  self->can_change = may_change (permission, issuer);
  self->sees_webhooks = postern_permission_manages (permission, issuer, SEE_WEBHOOKS);
  return postern_permission_manages (permission, issuer, SEE) ? NULL : postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, NOT_FOR_YOU);
}

PosternResponse *
postern_flow_console_enter_to_change (PosternFlowConsole *self, PosternFlowEngine *engine, PosternRequest *request, const char *path)
{
  PosternResponse *answer = postern_flow_console_enter (self, engine, request, path);

  return answer || self->can_change ? answer : postern_flow_console_refuse (POSTERN_ERROR_ACCESS_DENIED, POSTERN_FLOW_CONSOLE_LOOKS_ON);
}

void
postern_flow_console_clear (PosternFlowConsole *self)
{
  g_clear_pointer (&self->visit, postern_flow_visit_free);
}

gboolean
postern_flow_console_check (PosternFlowContext *context, PosternTxn *txn, GError **error)
{
  const char *issuer = postern_tenant_get_issuer (context->tenant);
  PosternPermissionSubject subject = { context->flow->user_id, NULL };
  g_autoptr (PosternPermission) permission = postern_flow_tasks_check (context, txn, error) ? postern_permission_read (txn, issuer, &subject, error) : NULL;
  gboolean good = may_change (permission, issuer);

  if (permission && !good)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, POSTERN_FLOW_CONSOLE_LOOKS_ON);
  return good;
}

/* --- what there is -------------------------------------------------------------------------------------------------------- */

typedef struct {
  PosternInstanceBook *book;
  const char *id; /* (nullable): all */
  GPtrArray *entries;
  PosternInstanceEntry *entry;
  gint64 n_failed; /* webhooks */
} Reading;

static gboolean
read_book (PosternTxn *txn, gpointer user_data, GError **error)
{
  Reading *reading = user_data;

  g_clear_pointer (&reading->entries, g_ptr_array_unref); /* a transaction may run twice */
  g_clear_pointer (&reading->entry, postern_instance_book_entry_free);
  if (reading->id)
    reading->entry = postern_instance_book_get (reading->book, txn, reading->id, error);
  else
    reading->entries = postern_instance_book_list (reading->book, txn, error);
  return reading->entry || (reading->entries && postern_webhook_store_count_failed (txn, &reading->n_failed, error));
}

PosternInstanceEntry *
postern_flow_console_get (PosternFlowConsole *self, const char *id, GError **error)
{
  Reading reading = { .book = self->book, .id = id };

  postern_store_read (postern_tenant_get_store (self->visit->tenant), POSTERN_KEEP_LASTING, read_book, &reading, error);
  return reading.entry;
}

void
postern_flow_console_add_url (PosternFlowConsole *self, PosternJsonObject *model, const char *name, const char *path, const char *rest)
{
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (self->visit->tenant), path, rest, NULL);

  postern_json_object_add_string (model, name, url);
}

void
postern_flow_console_add_guide (PosternFlowConsole *self, PosternJsonObject *model, PosternPluginInfo *info)
{
  if (info && info->guide)
    postern_flow_console_add_url (self, model, "guide_url", POSTERN_FLOW_CONSOLE_PATH "/guide/", info->id);
}

static const char *
title_of_kind (const char *kind)
{
  static const struct {
    const char *kind, *title;
  } titles[] = {
    { "connector", N_("Sign-in") },   { "messenger", N_("Messages") },     { "factor", N_("Proof of who somebody is") },
    { "captcha", N_("Checks against robots") },
    { "sink", N_("Log of events") }, { "protocol", N_("Applications") }, { "database", N_("Database") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    if (g_strcmp0 (kind, titles[i].kind) == 0)
      return titles[i].title;
  return NULL;
}

void
postern_flow_console_add_entry (PosternJsonObject *model, PosternInstanceEntry *entry)
{
  g_autofree char *icon = postern_flow_choices_dup_icon (entry->info ? entry->info->icon : NULL);
  g_autofree char *file = g_str_equal (entry->origin, "file") ? g_strconcat (entry->id, ".conf", NULL) : NULL;

  postern_json_object_add_string (model, "id", entry->id);
  postern_json_object_add_string (model, "name", postern_instance_book_get_name (entry));
  postern_json_object_add_string (model, "icon", icon);
  postern_json_object_add_string (model, "kind", title_of_kind (entry->info ? entry->info->kind : NULL));
  postern_json_object_add_string (model, "file", file);
  postern_json_object_add_boolean (model, "stored", g_str_equal (entry->origin, "database"));
  postern_json_object_add_boolean (model, postern_instance_book_get_state_name (entry->state), TRUE);
  postern_json_object_add_string (model, "problem", entry->problem);
}

/* --- the list ------------------------------------------------------------------------------------------------------------- */

static GVariant *
rows_of (PosternFlowConsole *self, GPtrArray *entries)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < entries->len; i++) {
    PosternInstanceEntry *entry = entries->pdata[i];
    g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

    postern_flow_console_add_entry (&row, entry);
    if (!g_str_equal (entry->origin, "server")) /* what the server brings itself has nothing to set here */
      postern_flow_console_add_url (self, &row, "url", POSTERN_FLOW_CONSOLE_PATH "/connectors/", entry->id);
    g_variant_builder_add (&rows, "v", postern_json_object_end (&row));
  }
  return g_variant_builder_end (&rows);
}

static const PosternFlowVisitNotice notices[] = {
  { "added", N_("It is added. Within a moment it is in use.") },
  { "changed", N_("It is changed. Within a moment that is in use.") },
  { "deleted", N_("It is deleted. Within a moment nothing uses it any more.") },
  { NULL },
};

PosternResponse *
postern_flow_console_show (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowConsole) self = { NULL };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *answer = postern_flow_console_enter (&self, engine, request, POSTERN_FLOW_CONSOLE_PATH);
  Reading reading = { .book = self.book };
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;

  if (answer)
    return answer;
  postern_store_read (postern_tenant_get_store (self.visit->tenant), POSTERN_KEEP_LASTING, read_book, &reading, &error);
  entries = reading.entries;
  if (error != NULL)
    return postern_response_new_error_page (error, NULL);
  if (self.sees_webhooks && reading.n_failed > 0)
    postern_json_object_add_string (&model, "webhook_off", POSTERN_NOTICE_WEBHOOK_OFF);
  if (self.can_change)
    postern_flow_console_add_url (&self, &model, "add_url", POSTERN_FLOW_CONSOLE_PATH "/add", NULL);
  postern_flow_console_add_url (&self, &model, "account_url", "/account", NULL);
  postern_json_object_add_string (&model, "notice", postern_flow_visit_find_notice (request, notices));
  postern_json_object_add (&model, "connectors", rows_of (&self, entries));
  return postern_response_new_page (200, "console", postern_json_object_end (&model));
}

/* --- what could be added --------------------------------------------------------------------------------------------------- */

static GVariant *
types_of_kind (PosternFlowConsole *self, GPtrArray *infos, const char *kind)
{
  GVariantBuilder types = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < infos->len; i++) {
    PosternPluginInfo *info = infos->pdata[i];
    g_autofree char *icon = postern_flow_choices_dup_icon (info->icon);
    g_auto (PosternJsonObject) type = POSTERN_JSON_OBJECT_INIT;

    if (!g_str_equal (info->kind, kind))
      continue;
    postern_json_object_add_string (&type, "id", info->id);
    postern_json_object_add_string (&type, "name", info->name);
    postern_json_object_add_string (&type, "description", info->description);
    postern_json_object_add_string (&type, "icon", icon);
    postern_flow_console_add_url (self, &type, "url", POSTERN_FLOW_CONSOLE_PATH "/add/", info->id);
    g_variant_builder_add (&types, "v", postern_json_object_end (&type));
  }
  return g_variant_builder_end (&types);
}

PosternResponse *
postern_flow_console_types (PosternRequest *request, gpointer engine)
{
  g_auto (PosternFlowConsole) self = { NULL };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *answer = postern_flow_console_enter_to_change (&self, engine, request, POSTERN_FLOW_CONSOLE_PATH "/add");
  g_autoptr (GPtrArray) infos = answer ? NULL : postern_instance_change_list_types (self.book);

  if (answer)
    return answer;
  postern_flow_console_add_url (&self, &model, "back_url", POSTERN_FLOW_CONSOLE_PATH, NULL);
  postern_json_object_add (&model, "connectors", types_of_kind (&self, infos, "connector"));
  postern_json_object_add (&model, "messengers", types_of_kind (&self, infos, "messenger"));
  postern_json_object_add (&model, "sinks", types_of_kind (&self, infos, "sink"));
  postern_json_object_add (&model, "captchas", types_of_kind (&self, infos, "captcha"));
  return postern_response_new_page (200, "console-add", postern_json_object_end (&model));
}
