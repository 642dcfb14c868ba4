/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <string.h>

#include "postern-json.h"

void
postern_import_user_init (PosternImportUser *self, const PosternImportOptions *options)
{
  memset (self, 0, sizeof *self);
  self->options = options;
  g_variant_dict_init (&self->members, NULL);
  g_variant_dict_init (&self->profile, NULL);
  g_variant_dict_init (&self->data, NULL);
  g_variant_builder_init (&self->identities, G_VARIANT_TYPE ("aa{sv}"));
  self->notes = g_ptr_array_new_with_free_func (g_free);
}

void
postern_import_user_clear (PosternImportUser *self)
{
  g_variant_dict_clear (&self->members);
  g_variant_dict_clear (&self->profile);
  g_variant_dict_clear (&self->data);
  g_variant_builder_clear (&self->identities);
  g_clear_pointer (&self->notes, g_ptr_array_unref);
}

void
postern_import_user_note (PosternImportUser *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->notes, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

void
postern_import_user_set (PosternImportUser *self, const char *member, const char *value)
{
  if (value != NULL && *value != '\0')
    g_variant_dict_insert (&self->members, member, "s", value);
}

void
postern_import_user_set_boolean (PosternImportUser *self, const char *member, gboolean value)
{
  g_variant_dict_insert (&self->members, member, "b", value);
}

void
postern_import_user_set_time (PosternImportUser *self, const char *member, gint64 seconds)
{
  if (seconds > 0)
    g_variant_dict_insert (&self->members, member, "x", seconds);
}

void
postern_import_user_set_claim (PosternImportUser *self, const char *claim, const char *value)
{
  if (value != NULL && *value != '\0')
    g_variant_dict_insert (&self->profile, claim, "s", value);
}

void
postern_import_user_set_data (PosternImportUser *self, const char *name, GVariant *value)
{
  if (value != NULL)
    g_variant_dict_insert_value (&self->data, name, value);
}

void
postern_import_user_copy (PosternImportUser *self, GVariant *record, const PosternImportCopy *copies, guint n_copies)
{
  for (guint i = 0; i < n_copies; i++)
    {
      const char *value = postern_json_get_string (record, copies[i].from);

      if (copies[i].to[0] == '.')
        postern_import_user_set_claim (self, copies[i].to + 1, value);
      else
        postern_import_user_set (self, copies[i].to, value);
    }
}

void
postern_import_user_add_known_identity (PosternImportUser *self, const char *connector, const char *subject)
{
  const char *named = g_hash_table_lookup (self->options->connectors, connector);
  g_auto (GVariantDict) identity = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&identity, "connector", "s", named != NULL ? named : connector);
  g_variant_dict_insert (&identity, "subject", "s", subject);
  g_variant_builder_add_value (&self->identities, g_variant_dict_end (&identity));
  self->n_identities++;
}

void
postern_import_user_add_identity (PosternImportUser *self, const char *provider, const char *subject)
{
  if (provider == NULL || subject == NULL || *subject == '\0')
    return;
  if (g_hash_table_contains (self->options->connectors, provider))
    postern_import_user_add_known_identity (self, provider, subject);
  else
    postern_import_user_note (self, "the identity at %s: --connector %s=ID says which connector that is here", provider, provider);
}

char *
postern_import_user_dup_base64 (const char *text)
{
  gsize length = strlen (text);
  char *out;

  while (length > 0 && text[length - 1] == '=')
    length--;
  if (length == 0 || length % 4 == 1 || strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "+/-_") != length)
    return NULL;
  out = g_strndup (text, length);
  return g_strdelimit (g_strdelimit (out, "-", '+'), "_", '/');
}

void
postern_import_user_set_phc (PosternImportUser *self, const char *scheme, const char *parameters, const char *salt, const char *hash)
{
  g_autofree char *plain_salt = salt != NULL ? postern_import_user_dup_base64 (salt) : NULL;
  g_autofree char *plain_hash = hash != NULL ? postern_import_user_dup_base64 (hash) : NULL;
  g_autofree char *phc = g_strdup_printf ("$%s$%s$%s$%s", scheme, parameters, plain_salt, plain_hash);

  if (plain_salt != NULL && plain_hash != NULL)
    postern_import_user_set (self, "password_hash", phc);
  else
    postern_import_user_note (self, "the password: its salt or its hash is not base64");
}

/* A user name that is an address is the address: people sign in with it all the same, and a name must not look like one. */
static void
settle_user_name (PosternImportUser *self)
{
  g_autofree char *name = NULL, *email = NULL;

  g_variant_dict_lookup (&self->members, "username", "s", &name);
  g_variant_dict_lookup (&self->members, "email", "s", &email);
  if (name == NULL || strchr (name, '@') == NULL)
    return;
  g_variant_dict_remove (&self->members, "username");
  if (email == NULL)
    g_variant_dict_insert (&self->members, "email", "s", name);
  else if (g_ascii_strcasecmp (name, email) != 0)
    postern_import_user_note (self, "the user name %s: it looks like an e-mail address and is another than theirs", name);
}

GVariant *
postern_import_user_end (PosternImportUser *self)
{
  settle_user_name (self);
  g_variant_dict_insert_value (&self->members, "profile", g_variant_dict_end (&self->profile));
  g_variant_dict_insert_value (&self->members, "data", g_variant_dict_end (&self->data));
  if (self->n_identities > 0)
    g_variant_dict_insert_value (&self->members, "identities", g_variant_builder_end (&self->identities));
  return g_variant_ref_sink (g_variant_dict_end (&self->members));
}
