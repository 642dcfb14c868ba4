/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <string.h>

#include "postern-json.h"

/*
 * Auth0: the export of users (JSON lines), the export of password hashes that its support hands out (passwordHash, bcrypt), and what
 * its own import takes (password_hash, custom_password_hash). All name alike what they share.
 */
static const PosternImportCopy copies[] = {
  { "user_id", "external_id" },  { "username", "username" },       { "email", "email" },       { "phone_number", "phone" },
  { "name", ".name" },           { "given_name", ".given_name" },  { "family_name", ".family_name" }, { "nickname", ".nickname" },
  { "picture", ".picture" },     { "passwordHash", "password_hash" }, { "password_hash", "password_hash" },
};

/* Algorithms that hash with nothing but a digest are guessed by the billion a second: none is taken. */
static void
convert_custom_hash (PosternImportUser *user, GVariant *custom)
{
  const char *algorithm = postern_json_get_string (custom, "algorithm");
  g_autoptr (GVariant) hash = postern_json_get (custom, "hash");
  const char *value = hash != NULL && g_variant_is_of_type (hash, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (hash, "value") : NULL;

  /* Each of these is written as a whole string of its own, PHC or crypt(3). */
  if (value != NULL && value[0] == '$' && (g_strcmp0 (algorithm, "bcrypt") == 0 || g_strcmp0 (algorithm, "argon2") == 0 || g_strcmp0 (algorithm, "pbkdf2") == 0))
    postern_import_user_set (user, "password_hash", value);
  else
    postern_import_user_note (user, "the password: %s is not taken; they ask for a new one by mail", algorithm ? algorithm : "a hash without an algorithm");
}

/* `_id` of the export of hashes: {"$oid": "…"}; user_id of its users is "auth0|" and that. */
static void
set_id_of_hash (PosternImportUser *user, GVariant *record)
{
  g_autoptr (GVariant) id = postern_json_get (record, "_id");
  const char *oid = id != NULL && g_variant_is_of_type (id, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (id, "$oid") : NULL;
  g_autofree char *whole = oid != NULL ? g_strconcat ("auth0|", oid, NULL) : NULL;

  if (postern_json_get_string (record, "user_id") == NULL)
    postern_import_user_set (user, "external_id", whole);
}

static void
convert_identities (PosternImportUser *user, GVariant *record)
{
  g_autoptr (GVariant) identities = postern_json_get (record, "identities");

  if (identities == NULL || !g_variant_is_of_type (identities, G_VARIANT_TYPE ("av")))
    return;
  for (gsize i = 0; i < g_variant_n_children (identities); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (identities, i);
      g_autoptr (GVariant) identity = g_variant_get_variant (box);

      if (g_variant_is_of_type (identity, G_VARIANT_TYPE_VARDICT) && g_strcmp0 (postern_json_get_string (identity, "provider"), "auth0") != 0)
        postern_import_user_add_identity (user, postern_json_get_string (identity, "provider"), postern_json_get_string (identity, "user_id"));
    }
}

static void
convert (PosternImportUser *user, GVariant *record)
{
  g_autoptr (GVariant) custom = postern_json_get (record, "custom_password_hash");

  postern_import_user_copy (user, record, copies, G_N_ELEMENTS (copies));
  set_id_of_hash (user, record);
  postern_import_user_set_boolean (user, "email_verified", postern_json_get_boolean (record, "email_verified", FALSE));
  postern_import_user_set_boolean (user, "phone_verified", postern_json_get_boolean (record, "phone_verified", FALSE));
  postern_import_user_set_boolean (user, "disabled", postern_json_get_boolean (record, "blocked", FALSE));
  for (guint i = 0; i < 2; i++)
    {
      const char *name = i == 0 ? "user_metadata" : "app_metadata";
      g_autoptr (GVariant) metadata = postern_json_get (record, name);

      postern_import_user_set_data (user, name, metadata);
    }
  if (custom != NULL && g_variant_is_of_type (custom, G_VARIANT_TYPE_VARDICT))
    convert_custom_hash (user, custom);
  convert_identities (user, record);
}

const PosternImportFormat postern_import_auth0 = { "auth0", "Auth0: JSON lines of its user export, or of its export of password hashes", FALSE, convert };
