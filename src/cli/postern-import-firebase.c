/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <string.h>

#include "postern-json.h"

/*
 * Firebase: `firebase auth:export --format=json`. A hash is worth nothing without the project's signer key, which stands in the
 * project's settings and not in the export: it is given by options and becomes part of each imported hash.
 */
static const PosternImportCopy copies[] = {
  { "localId", "external_id" }, { "email", "email" }, { "phoneNumber", "phone" }, { "displayName", ".name" }, { "photoUrl", ".picture" },
};

/* plugins/factor-password/postern-password-firebase.c reads it again. */
static void
convert_password (PosternImportUser *user, const char *salt, const char *hash)
{
  const PosternImportOptions *options = user->options;
  g_autofree char *key = options->firebase_signer_key ? postern_import_user_dup_base64 (options->firebase_signer_key) : NULL;
  g_autofree char *separator = options->firebase_salt_separator ? postern_import_user_dup_base64 (options->firebase_salt_separator) : NULL;
  g_autofree char *parameters = NULL;

  if (key == NULL || separator == NULL)
    {
      postern_import_user_note (user, "the password: --firebase-signer-key and --firebase-salt-separator say how it was hashed");
      return;
    }
  parameters = g_strdup_printf ("ln=%u,r=%u$%s$%s", options->firebase_memory_cost, options->firebase_rounds, key, separator);
  postern_import_user_set_phc (user, "firebase-scrypt", parameters, salt, hash);
}

/* What stands there beside social providers is the password and the phone number itself. */
static void
convert_providers (PosternImportUser *user, GVariant *providers)
{
  static const char *const own[] = { "password", "phone", NULL };

  for (gsize i = 0; i < g_variant_n_children (providers); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (providers, i);
      g_autoptr (GVariant) provider = g_variant_get_variant (box);
      const char *id = g_variant_is_of_type (provider, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (provider, "providerId") : NULL;

      if (id != NULL && !g_strv_contains (own, id))
        postern_import_user_add_identity (user, id, postern_json_get_string (provider, "rawId"));
    }
}

/* Milliseconds, as a string. */
static gint64
get_time (GVariant *record, const char *member)
{
  const char *text = postern_json_get_string (record, member);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) / 1000 : 0;
}

static void
convert (PosternImportUser *user, GVariant *record)
{
  g_autoptr (GVariant) providers = postern_json_get (record, "providerUserInfo");
  const char *salt = postern_json_get_string (record, "salt"), *hash = postern_json_get_string (record, "passwordHash");
  const char *claims = postern_json_get_string (record, "customAttributes");
  g_autoptr (GVariant) custom = claims != NULL ? postern_json_parse_object (claims, -1, 0, NULL) : NULL;

  postern_import_user_copy (user, record, copies, G_N_ELEMENTS (copies));
  postern_import_user_set_boolean (user, "email_verified", postern_json_get_boolean (record, "emailVerified", FALSE));
  /* Firebase knows a number only after a code that was sent there. */
  postern_import_user_set_boolean (user, "phone_verified", postern_json_get_string (record, "phoneNumber") != NULL);
  postern_import_user_set_boolean (user, "disabled", postern_json_get_boolean (record, "disabled", FALSE));
  postern_import_user_set_time (user, "created_at", get_time (record, "createdAt"));
  postern_import_user_set_data (user, "custom_attributes", custom);
  if (hash != NULL && *hash != '\0')
    convert_password (user, salt, hash);
  if (providers != NULL && g_variant_is_of_type (providers, G_VARIANT_TYPE ("av")))
    convert_providers (user, providers);
}

const PosternImportFormat postern_import_firebase = { "firebase", "Firebase: JSON of `firebase auth:export`", FALSE, convert };
