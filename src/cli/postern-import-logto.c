/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <string.h>

#include "postern-json.h"

/* Logto: users as its Management API lists them, or rows of its table `users` with their hashes. */
static const PosternImportCopy copies[] = {
  { "id", "external_id" }, { "username", "username" }, { "primaryEmail", "email" }, { "primaryPhone", "phone" }, { "name", ".name" }, { "avatar", ".picture" },
};
static const PosternImportCopy profile_copies[] = {
  { "givenName", ".given_name" }, { "familyName", ".family_name" }, { "middleName", ".middle_name" }, { "nickname", ".nickname" }, { "website", ".website" },
  { "gender", ".gender" },        { "birthdate", ".birthdate" },    { "zoneinfo", ".zoneinfo" },      { "locale", ".locale" },
};

static void
convert_password (PosternImportUser *user, const char *hash, const char *method)
{
  if (g_str_has_prefix (hash, "$argon2") || (g_strcmp0 (method, "Bcrypt") == 0 && g_str_has_prefix (hash, "$2")))
    postern_import_user_set (user, "password_hash", hash);
  else
    postern_import_user_note (user, "the password: %s is not taken; they ask for a new one by mail", method ? method : "a hash without a method");
}

static void
convert_identities (PosternImportUser *user, GVariant *identities)
{
  GVariantIter iter;
  const char *target;
  GVariant *identity;

  g_variant_iter_init (&iter, identities);
  while (g_variant_iter_loop (&iter, "{&sv}", &target, &identity))
    if (g_variant_is_of_type (identity, G_VARIANT_TYPE_VARDICT))
      postern_import_user_add_identity (user, target, postern_json_get_string (identity, "userId"));
}

static void
convert (PosternImportUser *user, GVariant *record)
{
  g_autoptr (GVariant) identities = postern_json_get (record, "identities"), profile = postern_json_get (record, "profile");
  g_autoptr (GVariant) data = postern_json_get (record, "customData");
  const char *hash = postern_json_get_string (record, "passwordEncrypted");

  postern_import_user_copy (user, record, copies, G_N_ELEMENTS (copies));
  if (profile != NULL && g_variant_is_of_type (profile, G_VARIANT_TYPE_VARDICT))
    postern_import_user_copy (user, profile, profile_copies, G_N_ELEMENTS (profile_copies));
  /* An address becomes primary there by a code that was sent to it, or by an administrator's word. */
  postern_import_user_set_boolean (user, "email_verified", postern_json_get_string (record, "primaryEmail") != NULL);
  postern_import_user_set_boolean (user, "phone_verified", postern_json_get_string (record, "primaryPhone") != NULL);
  postern_import_user_set_boolean (user, "disabled", postern_json_get_boolean (record, "isSuspended", FALSE));
  postern_import_user_set_time (user, "created_at", postern_json_get_int64 (record, "createdAt", 0) / 1000);
  postern_import_user_set_data (user, "custom_data", data);
  if (hash != NULL && *hash != '\0')
    convert_password (user, hash, postern_json_get_string (record, "passwordEncryptionMethod"));
  if (identities != NULL && g_variant_is_of_type (identities, G_VARIANT_TYPE_VARDICT))
    convert_identities (user, identities);
}

const PosternImportFormat postern_import_logto = { "logto", "Logto: users of its Management API, with passwordEncrypted where you have it", FALSE, convert };
