/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <string.h>

#include "postern-json.h"

/* Keycloak: a realm's export, or the users' part of one (`kc.sh export`). */
static const PosternImportCopy copies[] = {
  { "id", "external_id" },
  { "username", "username" },
  { "email", "email" },
  { "firstName", ".given_name" },
  { "lastName", ".family_name" },
};

/* Members of @object that hold JSON in a string, as Keycloak keeps its credentials. (transfer full) (nullable): a{sv} */
static GVariant *
open_string (GVariant *object, const char *member)
{
  const char *text = postern_json_get_string (object, member);

  return text != NULL ? postern_json_parse_object (text, -1, 0, NULL) : NULL;
}

/* Of additionalParameters, where each is a list of one string. (transfer full) (nullable) */
static char *
dup_parameter (GVariant *parameters, const char *name)
{
  g_auto (GStrv) values = parameters != NULL && g_variant_is_of_type (parameters, G_VARIANT_TYPE_VARDICT) ? postern_json_dup_strv (parameters, name, TRUE) : NULL;

  return values != NULL && values[0] != NULL ? g_strdup (values[0]) : NULL;
}

static gboolean
is_number (const char *text)
{
  return text != NULL && *text != '\0' && strlen (text) < 10 && strspn (text, G_CSET_DIGITS) == strlen (text);
}

static void
convert_argon2 (PosternImportUser *user, GVariant *data, gint64 iterations, const char *salt, const char *value)
{
  g_autoptr (GVariant) parameters = postern_json_get (data, "additionalParameters");
  g_autofree char *type = dup_parameter (parameters, "type"), *memory = dup_parameter (parameters, "memory");
  g_autofree char *lanes = dup_parameter (parameters, "parallelism"), *version = dup_parameter (parameters, "version");
  g_autofree char *scheme = NULL, *cost = NULL;

  if (!is_number (memory) || !is_number (lanes) || g_strcmp0 (version, "1.3") != 0 || type == NULL || (!g_str_equal (type, "id") && !g_str_equal (type, "i") && !g_str_equal (type, "d")))
    {
      postern_import_user_note (user, "the password: parameters of its Argon2 are missing or unknown");
      return;
    }
  scheme = g_strconcat ("argon2", type, "$v=19", NULL);
  cost = g_strdup_printf ("m=%s,t=%" G_GINT64_FORMAT ",p=%s", memory, iterations, lanes);
  postern_import_user_set_phc (user, scheme, cost, salt, value);
}

static void
convert_password (PosternImportUser *user, GVariant *credential)
{
  static const struct {
    const char *algorithm, *scheme;
  } digests[] = { { "pbkdf2", "pbkdf2" }, { "pbkdf2-sha256", "pbkdf2-sha256" }, { "pbkdf2-sha512", "pbkdf2-sha512" } };
  g_autoptr (GVariant) secret = open_string (credential, "secretData"), data = open_string (credential, "credentialData");
  const char *algorithm = data != NULL ? postern_json_get_string (data, "algorithm") : NULL;
  gint64 iterations = data != NULL ? postern_json_get_int64 (data, "hashIterations", 0) : 0;
  const char *salt = secret != NULL ? postern_json_get_string (secret, "salt") : NULL;
  const char *value = secret != NULL ? postern_json_get_string (secret, "value") : NULL;
  g_autofree char *cost = g_strdup_printf ("i=%" G_GINT64_FORMAT, iterations);

  if (g_strcmp0 (algorithm, "argon2") == 0)
    {
      convert_argon2 (user, data, iterations, salt, value);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (digests); i++)
    if (g_strcmp0 (algorithm, digests[i].algorithm) == 0)
      {
        postern_import_user_set_phc (user, digests[i].scheme, cost, salt, value);
        return;
      }
  postern_import_user_note (user, "the password: %s is not taken; they ask for a new one by mail", algorithm ? algorithm : "a hash without an algorithm");
}

static void
convert_credentials (PosternImportUser *user, GVariant *credentials)
{
  static const char *const taken[] = { "password", NULL };

  for (gsize i = 0; i < g_variant_n_children (credentials); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (credentials, i);
      g_autoptr (GVariant) credential = g_variant_get_variant (box);
      const char *type = g_variant_is_of_type (credential, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (credential, "type") : NULL;

      if (type != NULL && g_strv_contains (taken, type))
        convert_password (user, credential);
      else if (type != NULL)
        postern_import_user_note (user, "a credential of type %s: it is set up anew at the next sign-in that asks for it", type);
    }
}

static void
convert_identities (PosternImportUser *user, GVariant *identities)
{
  for (gsize i = 0; i < g_variant_n_children (identities); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (identities, i);
      g_autoptr (GVariant) identity = g_variant_get_variant (box);

      if (g_variant_is_of_type (identity, G_VARIANT_TYPE_VARDICT))
        postern_import_user_add_identity (user, postern_json_get_string (identity, "identityProvider"), postern_json_get_string (identity, "userId"));
    }
}

static void
convert (PosternImportUser *user, GVariant *record)
{
  g_autoptr (GVariant) credentials = postern_json_get (record, "credentials"), identities = postern_json_get (record, "federatedIdentities");
  g_autoptr (GVariant) attributes = postern_json_get (record, "attributes");

  postern_import_user_copy (user, record, copies, G_N_ELEMENTS (copies));
  postern_import_user_set_boolean (user, "email_verified", postern_json_get_boolean (record, "emailVerified", FALSE));
  postern_import_user_set_boolean (user, "disabled", !postern_json_get_boolean (record, "enabled", TRUE));
  postern_import_user_set_time (user, "created_at", postern_json_get_int64 (record, "createdTimestamp", 0) / 1000);
  postern_import_user_set_data (user, "attributes", attributes);
  if (credentials != NULL && g_variant_is_of_type (credentials, G_VARIANT_TYPE ("av")))
    convert_credentials (user, credentials);
  if (identities != NULL && g_variant_is_of_type (identities, G_VARIANT_TYPE ("av")))
    convert_identities (user, identities);
}

const PosternImportFormat postern_import_keycloak = { "keycloak", "Keycloak: a realm's export, or the file of its users", FALSE, convert };
