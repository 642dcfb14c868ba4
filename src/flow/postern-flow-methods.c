/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-methods.h"

#include <glib/gi18n.h>

#include "postern-flow-factors.h"

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

static gboolean
add_address (GVariantBuilder *items, const char *address, gboolean proved, const char *id)
{
  g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

  if (address == NULL)
    return FALSE;
  postern_json_object_add_string (&entry, "id", id);
  postern_json_object_add_string (&entry, "label", address);
  postern_json_object_add_boolean (&entry, "unproved", !proved);
  postern_json_object_add_boolean (&entry, "removable", id != NULL);
  g_variant_builder_add (items, "v", postern_json_object_end (&entry));
  return !proved;
}

static gboolean
add_email (GVariantBuilder *items, PosternUser *user, GPtrArray *credentials)
{
  return add_address (items, user->email, user->email_verified, NULL);
}

static gboolean
add_phone (GVariantBuilder *items, PosternUser *user, GPtrArray *credentials)
{
  return add_address (items, user->phone, user->phone_verified, POSTERN_FLOW_METHOD_PHONE);
}

/* One entry for the whole set: how many are left of how many. */
static gboolean
add_recovery_codes (GVariantBuilder *items, PosternUser *user, GPtrArray *credentials)
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
    g_variant_builder_add (items, "v", g_variant_new_parsed ("{'id': <'recovery-codes'>, 'label': <%s>, 'removable': <false>}", label));
  return FALSE;
}

static const PosternFlowMethod methods[] = {
  /* id        title           path                 factor      kind        traits                     offered              items */
  { "password", N_("Password"), "/account/password", "password", "password", POSTERN_FLOW_METHOD_ALONE, is_password_offered, NULL },
  { "email", N_("E-mail address"), "/account/change/email", "code", NULL, POSTERN_FLOW_METHOD_LASTING, is_email_offered, add_email },
  { "phone", N_("Telephone number"), "/account/change/phone", "code", NULL, 0, postern_flow_factors_can_text, add_phone },
  { "passkey", N_("Passkey or security key"), "/account/change/add-passkey", "passkey", "passkey", POSTERN_FLOW_METHOD_MANY | POSTERN_FLOW_METHOD_ALONE, is_passkey_offered, NULL },
  { "totp", N_("Code from an app"), "/account/change/add-totp", "totp", "totp", 0, NULL, NULL },
  { "recovery-codes", N_("Recovery codes"), "/account/change/new-recovery-codes", "recovery-code", "recovery-code", POSTERN_FLOW_METHOD_LASTING, NULL, add_recovery_codes },
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
add_time (PosternJsonObject *entry, const char *name, gint64 at)
{
  g_autoptr (GDateTime) time = at > 0 ? g_date_time_new_from_unix_utc (at) : NULL;
  g_autofree char *text = time ? g_date_time_format_iso8601 (time) : NULL;

  postern_json_object_add_string (entry, name, text);
}

static void
add_credential (GVariantBuilder *items, PosternTenant *tenant, const PosternFlowMethod *method, PosternCredential *credential)
{
  g_autofree char *rename_url = g_strconcat (postern_tenant_get_issuer (tenant), POSTERN_FLOW_METHOD_NAME_PATH, credential->id, NULL);
  g_auto (PosternJsonObject) entry = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&entry, "id", credential->id);
  postern_json_object_add_string (&entry, "label", credential->data ? postern_json_get_string (credential->data, "name") : NULL);
  add_time (&entry, "created_at", credential->created_at);
  add_time (&entry, "used_at", credential->used_at);
  postern_json_object_add_string (&entry, "rename_url", method->traits & POSTERN_FLOW_METHOD_MANY ? rename_url : NULL);
  postern_json_object_add_boolean (&entry, "removable", !(method->traits & POSTERN_FLOW_METHOD_LASTING));
  g_variant_builder_add (items, "v", postern_json_object_end (&entry));
}

static GVariant *
list_items (PosternTenant *tenant, const PosternFlowMethod *method, PosternUser *user, GPtrArray *credentials, gboolean *unproved)
{
  GVariantBuilder items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  *unproved = method->add_items && method->add_items (&items, user, credentials);
  for (guint i = 0; method->add_items == NULL && i < credentials->len; i++)
    if (g_strcmp0 (((PosternCredential *) credentials->pdata[i])->kind, method->kind) == 0)
      add_credential (&items, tenant, method, credentials->pdata[i]);
  return g_variant_ref_sink (g_variant_builder_end (&items));
}

/* What is not offered here is shown to those who have it: so they can see it, and take it away. */
static void
add_row (GVariantBuilder *rows, PosternFlowContext *context, const PosternFlowMethod *method, GVariant *items, gboolean unproved)
{
  gboolean offered = postern_flow_methods_is_offered (method, context), has = g_variant_n_children (items) > 0;
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (context->tenant), method->path, NULL);
  g_auto (PosternJsonObject) row = POSTERN_JSON_OBJECT_INIT;

  if (!offered && !has)
    return;
  postern_json_object_add_string (&row, "id", method->id);
  postern_json_object_add_string (&row, "title", method->title);
  postern_json_object_add_string (&row, "url", offered ? url : NULL);
  postern_json_object_add_boolean (&row, "has", has);
  postern_json_object_add_boolean (&row, "change", has && !unproved && !(method->traits & POSTERN_FLOW_METHOD_MANY));
  postern_json_object_add_boolean (&row, "confirm", unproved);
  postern_json_object_add (&row, "items", items);
  g_variant_builder_add (rows, "v", postern_json_object_end (&row));
}

GVariant *
postern_flow_methods_to_variant (PosternFlowContext *context, PosternUser *user, GPtrArray *credentials)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    gboolean unproved;
    g_autoptr (GVariant) items = list_items (context->tenant, &methods[i], user, credentials, &unproved);

    add_row (&rows, context, &methods[i], items, unproved);
  }
  return g_variant_builder_end (&rows);
}
