/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-instance-change.h"

#include "postern-error.h"
#include "postern-instance-book-private.h"
#include "postern-instance-file.h"
#include "postern-json.h"
#include "postern-plugin-values.h"
#include "postern-shown-private.h"
#include "postern-stores.h"

#include <string.h>

#define NAME_MAX_BYTES 256
#define ORDER_MAX 100000
#define FILE_ALONE "'%s' can only be set up by a file in connectors.d"

gboolean
postern_instance_change_can_set (PosternSettingInfo *setting)
{
  return !g_str_equal (setting->type, "file");
}

/*
 * Of a factor and a protocol the server has one, which it makes itself before it reads rows, and takes the first of its type: one more
 * from a row could stand in the place of what a file says. Without a database there are no rows.
 */
static gboolean
is_offered (PosternPluginInfo *info)
{
  static const char *const kinds[] = { "connector", "messenger", "captcha", "sink", NULL };
  if (!g_strv_contains (kinds, info->kind))
    return FALSE;
  for (guint i = 0; i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    if (setting->required && !setting->default_value && !postern_instance_change_can_set (setting))
      return FALSE;
  }
  return TRUE;
}

PosternPluginInfo *
postern_instance_change_find_type (PosternInstanceBook *self, const char *type)
{
  PosternPluginInfo *info = postern_registry_find_info (self->registry, type);
  return info && is_offered (info) ? info : NULL;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate ((*(PosternPluginInfo *const *) a)->name, (*(PosternPluginInfo *const *) b)->name);
}

GPtrArray *
postern_instance_change_list_types (PosternInstanceBook *self)
{
  GPtrArray *infos = postern_registry_get_infos (self->registry), *types = g_ptr_array_new ();
  for (guint i = 0; i < infos->len; i++)
    if (is_offered (infos->pdata[i]))
      g_ptr_array_add (types, infos->pdata[i]);
  g_ptr_array_sort (types, compare_names);
  return types;
}

/* --- vetting ------------------------------------------------------------------------------------------------------------------ */

/* What comes to be, and who is at fault if it cannot. */
typedef struct {
  PosternInstanceBook *book;
  const PosternInstanceChange *change;
  PosternInstanceRecord *record;
  PosternPluginInfo *info;
  GVariantDict settings, secrets; /* a{sv} of strings */
  GVariant *kept; /* a{sv}: the secrets as they were; borrowed */
  char **culprit;
} Vetting;

static gboolean
refuse (Vetting *self, const char *culprit, GError **error, const char *format, ...) G_GNUC_PRINTF (4, 5);

static gboolean
refuse (Vetting *self, const char *culprit, GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_free (*self->culprit);
  *self->culprit = g_strdup (culprit);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, message);
  return FALSE;
}

/* FALSE with CONFLICT when a file has @id, or the server itself. */
static gboolean
check_free (PosternInstanceBook *self, const char *id, GError **error)
{
  gboolean file = postern_instance_file_is_there (id, (const char *const *) self->folders);
  if (!file && !postern_instance_book_is_own (self, id))
    return TRUE;
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, file ? "%s.conf in connectors.d wins; change that file, or remove it" : "the server itself has an instance %s; choose another id", id);
  return FALSE;
}

static gboolean
take_type (Vetting *self, GError **error)
{
  const char *type = self->change->type ? self->change->type : self->record->type;
  if (!type)
    return refuse (self, "type", error, "type is missing; write the Id of a plugin");
  if (self->record->type && !g_str_equal (self->record->type, type))
    return refuse (self, "type", error, "the type of an instance does not change; delete it and make another");
  self->info = postern_instance_change_find_type (self->book, type);
  if (!self->info)
    return refuse (self, "type", error, postern_registry_find_info (self->book->registry, type) ? FILE_ALONE : "there is no usable plugin '%s'; install it, or choose another", type);
  if (!self->record->type)
    self->record->type = g_strdup (type);
  return TRUE;
}

static gboolean
take_order (Vetting *self, GError **error)
{
  gint64 number = 0;
  if (!self->change->order)
    return TRUE;
  if (*self->change->order && !g_ascii_string_to_signed (self->change->order, 10, -ORDER_MAX, ORDER_MAX, &number, NULL))
    return refuse (self, "order", error, "order is no whole number from -%d to %d", ORDER_MAX, ORDER_MAX);
  self->record->position = *self->change->order ? number : 100;
  return TRUE;
}

static gboolean
take_name (Vetting *self, GError **error)
{
  const char *name = self->change->name;
  if (!name)
    return TRUE;
  if (strlen (name) > NAME_MAX_BYTES || !g_utf8_validate (name, -1, NULL) || !postern_shown_is_plain (name))
    return refuse (self, "name", error, "the name is longer than %d bytes, has more than one line, or characters that turn the text around them", NAME_MAX_BYTES);
  g_free (self->record->name);
  self->record->name = *name ? g_strdup (name) : NULL;
  return TRUE;
}

static PosternSettingInfo *
find_setting (PosternPluginInfo *info, const char *name)
{
  for (guint i = 0; i < info->settings->len; i++)
    if (g_str_equal (((PosternSettingInfo *) info->settings->pdata[i])->name, name))
      return info->settings->pdata[i];
  return NULL;
}

/* (nullable): the setting, if it can have that value from here */
static PosternSettingInfo *
find_settable (PosternPluginInfo *info, const char *name, const char *value, GError **error)
{
  PosternSettingInfo *setting = find_setting (info, name);
  if (setting && (!*value || postern_instance_change_can_set (setting)))
    return setting;
  if (setting)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s names a path of this machine; that can only be set by a file in connectors.d", name);
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s has no setting '%s' that can be set from here", info->id, name);
  return NULL;
}

gboolean
postern_instance_change_check_row (PosternPluginInfo *info, GVariant *values, GError **error)
{
  GVariantIter iter;
  const char *name, *value;
  if (!is_offered (info)) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, FILE_ALONE, info->id);
    return FALSE;
  }
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    if (!find_settable (info, name, value, error))
      return FALSE;
  return TRUE;
}

static gboolean
take_setting (Vetting *self, const char *name, const char *value, GError **error)
{
  g_autoptr (GError) local = NULL;
  PosternSettingInfo *setting = find_settable (self->info, name, value, &local);
  if (!setting)
    return refuse (self, name, error, "%s", local->message);
  g_variant_dict_remove (&self->settings, name); /* from both: it may not have been a secret when the row was written */
  g_variant_dict_remove (&self->secrets, name);
  if (*value)
    g_variant_dict_insert (setting->secret ? &self->secrets : &self->settings, name, "s", value);
  return TRUE;
}

static gboolean
take_settings (Vetting *self, GError **error)
{
  GVariantIter iter;
  const char *name, *value;
  if (!self->change->settings)
    return TRUE;
  g_variant_iter_init (&iter, self->change->settings);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    if (!take_setting (self, name, value, error))
      return FALSE;
  return TRUE;
}

/* The one vetting, of what a file would have said. */
static gboolean
check_values (Vetting *self, GVariant *settings, GVariant *secrets, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GVariant) all = NULL, checked = NULL;
  g_autoptr (GError) local = NULL;
  const char *culprit = NULL;
  postern_instance_book_add_strings (&builder, settings);
  postern_instance_book_add_strings (&builder, secrets);
  all = g_variant_ref_sink (g_variant_builder_end (&builder));
  checked = postern_plugin_values_check (self->info, all, &culprit, &local);
  return checked || refuse (self, culprit, error, "%s", local->message);
}

/* --- a secret goes nowhere else without who knows it ------------------------------------------------------------------------------ */

/* Whether it says where requests, and with them the secrets, are sent, and how they are guarded: a URL, or by its name a part of an address. */
static gboolean
is_endpoint (PosternSettingInfo *setting)
{
  static const char *const words[] = { "account", "address", "authority", "base", "domain", "endpoint", "endpoints", "gateway", "host", "hostname", "issuer", "origin",
                                       "port", "proxy", "region", "server", "service", "tenant", "tls", "uri", "url", NULL };
  const char *dash = strrchr (setting->name, '-');
  return g_str_equal (setting->type, "url") || g_strv_contains (words, dash ? dash + 1 : setting->name);
}

static char *
dup_value (PosternSettingInfo *setting, GVariant *settings, GVariant *secrets)
{
  const char *value = settings ? postern_json_get_string (settings, setting->name) : NULL;
  if (!value)
    value = postern_json_get_string (secrets, setting->name);
  return g_strdup (value ? value : setting->default_value);
}

static gboolean
has_moved (Vetting *self, PosternSettingInfo *setting, GVariant *settings, GVariant *secrets)
{
  g_autofree char *before = dup_value (setting, self->record->settings, self->kept), *after = dup_value (setting, settings, secrets);
  return g_strcmp0 (before, after) != 0;
}

/* (nullable): the first endpoint that is another one than before */
static PosternSettingInfo *
find_moved (Vetting *self, GVariant *settings, GVariant *secrets)
{
  for (guint i = 0; i < self->info->settings->len; i++) {
    PosternSettingInfo *setting = self->info->settings->pdata[i];
    if (is_endpoint (setting) && has_moved (self, setting, settings, secrets))
      return setting;
  }
  return NULL;
}

/* Whether the change itself says what it is to be. */
static gboolean
is_given (Vetting *self, const char *name)
{
  return self->change->settings && g_variant_lookup (self->change->settings, name, "&s", NULL);
}

/* Else whoever may change an instance, but was never told its secret, would have it sent to an address of their own. */
static gboolean
check_given_again (Vetting *self, GVariant *settings, GVariant *secrets, GError **error)
{
  PosternSettingInfo *moved = find_moved (self, settings, secrets);
  for (guint i = 0; moved && i < self->info->settings->len; i++) {
    PosternSettingInfo *setting = self->info->settings->pdata[i];
    g_autofree char *value = setting->secret ? dup_value (setting, settings, secrets) : NULL;
    if (value && !is_given (self, setting->name))
      return refuse (self, setting->name, error, "it must be given again in the same change, because %s changes, and with that where it is sent", moved->name);
  }
  return TRUE;
}

static gboolean
vet_and_write (Vetting *self, PosternTxn *txn, GError **error)
{
  gboolean good = take_type (self, error) && take_name (self, error) && take_order (self, error) && take_settings (self, error);
  g_autoptr (GVariant) settings = g_variant_ref_sink (g_variant_dict_end (&self->settings));
  g_autoptr (GVariant) secrets = g_variant_ref_sink (g_variant_dict_end (&self->secrets));
  gint64 now = g_get_real_time ();
  if (!good || !check_values (self, settings, secrets, error) || !check_given_again (self, settings, secrets, error))
    return FALSE;
  g_clear_pointer (&self->record->settings, g_variant_unref);
  self->record->settings = g_variant_ref (settings);
  if (self->change->enabled >= 0)
    self->record->enabled = self->change->enabled;
  self->record->revision = MAX (self->record->revision + 1, now);
  self->record->updated_at = now / G_USEC_PER_SEC;
  return postern_instance_store_put (txn, self->record, secrets, error);
}

/* The row as it is, or a new one. */
static PosternInstanceRecord *
find_record (Vetting *self, PosternTxn *txn, GError **error)
{
  const char *id = self->change->id;
  g_autoptr (GError) local = NULL;
  PosternInstanceRecord *record = postern_instance_store_get (txn, id, &local);
  if (record && self->change->new) {
    postern_instance_record_unref (record);
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "there is an instance %s already; choose another id", id);
    return NULL;
  }
  if (record)
    return record;
  if (!g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) || !self->change->whole) {
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  record = postern_instance_record_new ();
  record->id = g_strdup (id);
  record->position = 100;
  record->enabled = TRUE;
  record->created_at = g_get_real_time () / G_USEC_PER_SEC;
  return record;
}

gboolean
postern_instance_change_put (PosternInstanceBook *self, PosternTxn *txn, const PosternInstanceChange *change, char **culprit, GError **error)
{
  Vetting vetting = { .book = self, .change = change, .culprit = culprit };
  g_clear_pointer (culprit, g_free); /* a transaction may run twice */
  if (!postern_instance_file_id_is_valid (change->id))
    return refuse (&vetting, "id", error, "an id is made of a-z, 0-9, - and _, begins with a letter or a digit, and has at most 64 of them");
  *culprit = g_strdup ("id");
  if (!check_free (self, change->id, error))
    return FALSE;
  g_autoptr (PosternInstanceRecord) record = find_record (&vetting, txn, error);
  g_autoptr (GVariant) secrets = record ? postern_instance_store_dup_secrets (txn, record, error) : NULL;
  if (!secrets)
    return FALSE;
  g_clear_pointer (culprit, g_free);
  vetting.record = record;
  vetting.kept = secrets;
  g_variant_dict_init (&vetting.settings, change->whole ? NULL : record->settings);
  g_variant_dict_init (&vetting.secrets, secrets);
  return vet_and_write (&vetting, txn, error);
}

gboolean
postern_instance_change_delete (PosternInstanceBook *self, PosternTxn *txn, const char *id, gint64 *identities, GError **error)
{
  return check_free (self, id, error) && postern_instance_store_delete (txn, id, error) && postern_identity_store_delete_of_connector (txn, id, identities, error);
}
