/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <string.h>

#include "postern-json.h"

/* Okta: users as its API lists them. It hands no hash out; who kept them adds credentials.password.hash, as its own import takes it. */
static const PosternImportCopy profile_copies[] = {
  { "login", "username" },          { "email", "email" },              { "mobilePhone", "phone" },   { "displayName", ".name" },
  { "firstName", ".given_name" },   { "lastName", ".family_name" },    { "middleName", ".middle_name" }, { "nickName", ".nickname" },
  { "profileUrl", ".profile" },     { "timezone", ".zoneinfo" },
};

static void
convert_bcrypt (PosternImportUser *user, GVariant *hash)
{
  gint64 rounds = postern_json_get_int64 (hash, "workFactor", 0);
  g_autofree char *whole = g_strdup_printf ("$2a$%02d$%s%s", (int) CLAMP (rounds, 0, 99), postern_json_get_string (hash, "salt"), postern_json_get_string (hash, "value"));

  if (postern_json_get_string (hash, "salt") != NULL && strlen (whole) == 60)
    postern_import_user_set (user, "password_hash", whole);
  else
    postern_import_user_note (user, "the password: its salt or its hash is not one of bcrypt");
}

static void
convert_pbkdf2 (PosternImportUser *user, GVariant *hash)
{
  const char *digest = postern_json_get_string (hash, "digestAlgorithm");
  const char *scheme = g_strcmp0 (digest, "SHA256_HMAC") == 0 ? "pbkdf2-sha256" : g_strcmp0 (digest, "SHA512_HMAC") == 0 ? "pbkdf2-sha512" : NULL;
  g_autofree char *cost = g_strdup_printf ("i=%" G_GINT64_FORMAT, postern_json_get_int64 (hash, "iterationCount", 0));

  if (scheme != NULL)
    postern_import_user_set_phc (user, scheme, cost, postern_json_get_string (hash, "salt"), postern_json_get_string (hash, "value"));
  else
    postern_import_user_note (user, "the password: PBKDF2 with %s is not taken", digest ? digest : "no digest");
}

static void
convert_credentials (PosternImportUser *user, GVariant *credentials)
{
  g_autoptr (GVariant) password = postern_json_get (credentials, "password");
  g_autoptr (GVariant) hash = password != NULL && g_variant_is_of_type (password, G_VARIANT_TYPE_VARDICT) ? postern_json_get (password, "hash") : NULL;
  const char *algorithm = hash != NULL && g_variant_is_of_type (hash, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (hash, "algorithm") : NULL;

  if (hash == NULL)
    return;
  if (g_strcmp0 (algorithm, "BCRYPT") == 0)
    convert_bcrypt (user, hash);
  else if (g_strcmp0 (algorithm, "PBKDF2") == 0)
    convert_pbkdf2 (user, hash);
  else
    postern_import_user_note (user, "the password: %s is not taken; they ask for a new one by mail", algorithm ? algorithm : "a hash without an algorithm");
}

static gint64
read_time (const char *text)
{
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return time != NULL ? g_date_time_to_unix (time) : 0;
}

static void
convert (PosternImportUser *user, GVariant *record)
{
  static const char *const off[] = { "SUSPENDED", "DEPROVISIONED", "LOCKED_OUT", NULL };
  g_autoptr (GVariant) profile = postern_json_get (record, "profile"), credentials = postern_json_get (record, "credentials");
  const char *status = postern_json_get_string (record, "status");

  postern_import_user_set (user, "external_id", postern_json_get_string (record, "id"));
  if (profile != NULL && g_variant_is_of_type (profile, G_VARIANT_TYPE_VARDICT))
    postern_import_user_copy (user, profile, profile_copies, G_N_ELEMENTS (profile_copies));
  /* Who is ACTIVE there came by a mail to that address. */
  postern_import_user_set_boolean (user, "email_verified", g_strcmp0 (status, "ACTIVE") == 0);
  postern_import_user_set_boolean (user, "disabled", status != NULL && g_strv_contains (off, status));
  postern_import_user_set_time (user, "created_at", read_time (postern_json_get_string (record, "created")));
  if (credentials != NULL && g_variant_is_of_type (credentials, G_VARIANT_TYPE_VARDICT))
    convert_credentials (user, credentials);
}

const PosternImportFormat postern_import_okta = { "okta", "Okta: users of its API, with credentials.password.hash where you have it", FALSE, convert };
