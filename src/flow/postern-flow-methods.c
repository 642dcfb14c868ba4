/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-methods.h"

#include <glib/gi18n.h>

#include "postern-flow-factors.h"
#include "postern-flow-tasks.h"

static gboolean
is_password_offered (PosternFlowContext *context)
{
  return postern_flow_factors_find_password (context) != NULL;
}

static gboolean
is_passkey_offered (PosternFlowContext *context)
{
  return postern_flow_factors_find_passkey (context) != NULL;
}

static gboolean
is_email_offered (PosternFlowContext *context)
{
  return postern_flow_factors_can_send (context, "email");
}

static void
item_free (gpointer data)
{
  PosternFlowMethodItem *self = data;

  g_free (self->id);
  g_free (self->label);
  g_free (self->aaguid);
  g_free (self);
}

static void
row_free (gpointer data)
{
  PosternFlowMethodRow *self = data;

  g_ptr_array_unref (self->items);
  g_free (self);
}

static PosternFlowMethodItem *
add_item (GPtrArray *items, const char *id, const char *label, gboolean removable)
{
  PosternFlowMethodItem *item = g_new0 (PosternFlowMethodItem, 1);

  item->id = g_strdup (id);
  item->label = g_strdup (label);
  item->removable = removable;
  g_ptr_array_add (items, item);
  return item;
}

static void
add_email (GPtrArray *items, PosternUser *user, GPtrArray *credentials)
{
  if (user->email)
    add_item (items, NULL, user->email, FALSE)->unproved = !user->email_verified;
}

static void
add_phone (GPtrArray *items, PosternUser *user, GPtrArray *credentials)
{
  if (user->phone)
    add_item (items, POSTERN_FLOW_METHOD_PHONE, user->phone, TRUE)->unproved = !user->phone_verified;
}

/* One entry for the whole set: how many are left of how many. */
static void
add_recovery_codes (GPtrArray *items, PosternUser *user, GPtrArray *credentials)
{
  guint all = 0, left = 0;
  g_autofree char *label = NULL;

  for (guint i = 0; i < credentials->len; i++) {
    PosternCredential *credential = credentials->pdata[i];

    if (g_strcmp0 (credential->kind, "recovery-code") != 0)
      continue;
    all++;
    left += credential->used_at == 0;
  }
  label = g_strdup_printf ("%u / %u", left, all);
  if (all > 0)
    add_item (items, "recovery-codes", label, FALSE);
}

static const PosternFlowMethod methods[] = {
  /* id        title           task                 factor      kind        traits                     offered              items */
  { "password", N_("Password"), POSTERN_FLOW_TASK_CHANGE_PASSWORD, "password", "password", POSTERN_FLOW_METHOD_ALONE, is_password_offered, NULL },
  { "email", N_("E-mail address"), POSTERN_FLOW_TASK_EMAIL, "code", NULL, POSTERN_FLOW_METHOD_LASTING, is_email_offered, add_email },
  { "phone", N_("Telephone number"), POSTERN_FLOW_TASK_PHONE, "code", NULL, 0, postern_flow_factors_can_text, add_phone },
  { "passkey", N_("Passkey or security key"), "add-passkey", "passkey", "passkey", POSTERN_FLOW_METHOD_MANY | POSTERN_FLOW_METHOD_ALONE, is_passkey_offered, NULL },
  { "totp", N_("Code from an app"), "add-totp", "totp", "totp", 0, NULL, NULL },
  { "recovery-codes", N_("Recovery codes"), "new-recovery-codes", "recovery-code", "recovery-code", POSTERN_FLOW_METHOD_LASTING, NULL, add_recovery_codes },
};

const PosternFlowMethod *
postern_flow_methods_find_kind (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (methods[i].kind && g_strcmp0 (methods[i].kind, kind) == 0)
      return &methods[i];
  return NULL;
}

gboolean
postern_flow_methods_is_offered (const PosternFlowMethod *method, PosternFlowContext *context)
{
  return postern_flow_factors_find (context, method->factor) && (method->is_offered == NULL || method->is_offered (context));
}

static void
add_credentials (GPtrArray *items, const PosternFlowMethod *method, GPtrArray *credentials)
{
  for (guint i = 0; i < credentials->len; i++) {
    PosternCredential *credential = credentials->pdata[i];
    PosternFlowMethodItem *item;

    if (g_strcmp0 (credential->kind, method->kind) != 0)
      continue;
    item = add_item (items, credential->id, credential->data ? postern_json_get_string (credential->data, "name") : NULL, !(method->traits & POSTERN_FLOW_METHOD_LASTING));
    item->aaguid = g_strdup (credential->data ? postern_json_get_string (credential->data, "aaguid") : NULL);
    item->created_at = credential->created_at;
    item->used_at = credential->used_at;
  }
}

static PosternFlowMethodRow *
make_row (PosternFlowContext *context, const PosternFlowMethod *method, PosternUser *user, GPtrArray *credentials)
{
  PosternFlowMethodRow *row = g_new0 (PosternFlowMethodRow, 1);

  row->method = method;
  row->items = g_ptr_array_new_with_free_func (item_free);
  row->offered = postern_flow_methods_is_offered (method, context);
  if (method->add_items)
    method->add_items (row->items, user, credentials);
  else
    add_credentials (row->items, method, credentials);
  return row;
}

GPtrArray *
postern_flow_methods_list (PosternFlowContext *context, PosternUser *user, GPtrArray *credentials)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (row_free);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    PosternFlowMethodRow *row = make_row (context, &methods[i], user, credentials);

    if (row->offered || row->items->len > 0)
      g_ptr_array_add (rows, row);
    else
      row_free (row);
  }
  return rows;
}

/* --- as the page `account` shows them --------------------------------------------------------------------------------------- */

static GVariant *
item_to_variant (PosternTenant *tenant, const PosternFlowMethod *method, const PosternFlowMethodItem *item)
{
  g_autofree char *rename_url = item->id ? g_strconcat (postern_tenant_get_issuer (tenant), POSTERN_FLOW_METHOD_NAME_PATH, item->id, NULL) : NULL;
  g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&entry, "id", item->id);
  postern_json_object_add_string (&entry, "label", item->label);
  postern_json_object_add_boolean (&entry, "unproved", item->unproved);
  postern_flow_visit_add_time (&entry, "created_at", item->created_at);
  postern_flow_visit_add_time (&entry, "used_at", item->used_at);
  postern_json_object_add_string (&entry, "rename_url", method->traits & POSTERN_FLOW_METHOD_MANY ? rename_url : NULL);
  postern_json_object_add_boolean (&entry, "removable", item->removable);
  return postern_json_object_end (&entry);
}

static GVariant *
row_to_variant (PosternTenant *tenant, const PosternFlowMethodRow *row)
{
  const PosternFlowMethod *method = row->method;
  g_autofree char *url = postern_flow_tasks_dup_url (tenant, method->task, &(PosternFlowTaskLink){ NULL });
  GVariantBuilder items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  gboolean has = row->items->len > 0, unproved = has && ((PosternFlowMethodItem *) row->items->pdata[0])->unproved;

  for (guint i = 0; i < row->items->len; i++)
    g_variant_builder_add (&items, "v", item_to_variant (tenant, method, row->items->pdata[i]));
  postern_json_object_add_string (&object, "id", method->id);
  postern_json_object_add_string (&object, "title", method->title);
  postern_json_object_add_string (&object, "url", row->offered ? url : NULL);
  postern_json_object_add_boolean (&object, "has", has);
  postern_json_object_add_boolean (&object, "change", has && !unproved && !(method->traits & POSTERN_FLOW_METHOD_MANY));
  postern_json_object_add_boolean (&object, "confirm", unproved);
  postern_json_object_add (&object, "items", g_variant_builder_end (&items));
  return postern_json_object_end (&object);
}

GVariant *
postern_flow_methods_to_variant (PosternFlowContext *context, PosternUser *user, GPtrArray *credentials)
{
  g_autoptr (GPtrArray) rows = postern_flow_methods_list (context, user, credentials);
  GVariantBuilder list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < rows->len; i++)
    g_variant_builder_add (&list, "v", row_to_variant (context->tenant, rows->pdata[i]));
  return g_variant_builder_end (&list);
}
