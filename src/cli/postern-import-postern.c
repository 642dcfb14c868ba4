/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include "postern-json.h"

/* Postern: lines of `postern user export`. They say what the API takes, in its own words: nothing is translated but connectors that --connector names. */
static const PosternImportCopy copies[] = {
  { "id", "id" }, { "username", "username" }, { "email", "email" }, { "phone", "phone" }, { "external_id", "external_id" }, { "password_hash", "password_hash" },
};
static const char *const booleans[] = { "email_verified", "phone_verified", "disabled" };
static const char *const others[] = { "profile", "data", "identities", "created_at" };

static gboolean
is_known (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
    if (g_str_equal (copies[i].from, name))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (booleans); i++)
    if (g_str_equal (booleans[i], name))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (others[i], name))
      return TRUE;
  return FALSE;
}

/* Of a newer version, or of somebody's own hand. */
static void
note_unknown (PosternImportUser *user, GVariant *record)
{
  GVariantIter iter;
  const char *name;

  g_variant_iter_init (&iter, record);
  while (g_variant_iter_next (&iter, "{&sv}", &name, NULL))
    if (!is_known (name))
      postern_import_user_note (user, "the member %s: it is not known here", name);
}

static void
copy_members (GVariantDict *to, GVariant *object)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (object == NULL || !g_variant_is_of_type (object, G_VARIANT_TYPE_VARDICT))
    return;
  g_variant_iter_init (&iter, object);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    g_variant_dict_insert_value (to, name, value);
}

static void
copy_identities (PosternImportUser *user, GVariant *list)
{
  for (gsize i = 0; list != NULL && g_variant_is_of_type (list, G_VARIANT_TYPE ("av")) && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (list, i), identity = g_variant_get_variant (box);
      gboolean good = g_variant_is_of_type (identity, G_VARIANT_TYPE_VARDICT);
      const char *connector = good ? postern_json_get_string (identity, "connector") : NULL, *subject = good ? postern_json_get_string (identity, "subject") : NULL;

      if (connector != NULL && subject != NULL)
        postern_import_user_add_known_identity (user, connector, subject);
      else
        postern_import_user_note (user, "an identity: it has no connector, or no subject");
    }
}

static void
convert (PosternImportUser *user, GVariant *record)
{
  g_autoptr (GVariant) profile = postern_json_get (record, "profile"), data = postern_json_get (record, "data"), identities = postern_json_get (record, "identities");

  postern_import_user_copy (user, record, copies, G_N_ELEMENTS (copies));
  for (guint i = 0; i < G_N_ELEMENTS (booleans); i++)
    postern_import_user_set_boolean (user, booleans[i], postern_json_get_boolean (record, booleans[i], FALSE));
  postern_import_user_set_time (user, "created_at", postern_json_get_int64 (record, "created_at", 0));
  copy_members (&user->profile, profile);
  copy_members (&user->data, data);
  copy_identities (user, identities);
  note_unknown (user, record);
}

const PosternImportFormat postern_import_postern = { "postern", "Postern: lines of `postern user export`; ids stay as they are", FALSE, convert };
