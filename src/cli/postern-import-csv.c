/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-import.h"

#include <string.h>

/*
 * A table of our own: the first line names members of a user as the management API has them, claims of OpenID Connect, or
 * data.NAME. Yes is `true`, `1` or `yes`.
 */
static const char *const texts[] = { "external_id", "username", "email", "phone", "password_hash", NULL };
static const char *const booleans[] = { "email_verified", "phone_verified", "disabled", NULL };
static const char *const claims[] = { "name", "given_name", "family_name", "middle_name", "nickname", "profile", "picture", "website", "gender",
                                      "birthdate", "zoneinfo", "locale", NULL };

static gboolean
is_yes (const char *value)
{
  return g_ascii_strcasecmp (value, "true") == 0 || g_ascii_strcasecmp (value, "yes") == 0 || g_str_equal (value, "1");
}

static void
set (PosternImportUser *user, const char *column, const char *value)
{
  if (*value == '\0')
    return;
  if (g_strv_contains (texts, column))
    postern_import_user_set (user, column, value);
  else if (g_strv_contains (booleans, column))
    postern_import_user_set_boolean (user, column, is_yes (value));
  else if (g_strv_contains (claims, column))
    postern_import_user_set_claim (user, column, value);
  else if (g_str_has_prefix (column, "data.") && column[5] != '\0')
    postern_import_user_set_data (user, column + 5, g_variant_new_string (value));
  else
    postern_import_user_note (user, "the column %s: it is no member of a user; call it data.%s to keep it", column, column);
}

static void
convert (PosternImportUser *user, GVariant *record)
{
  GVariantIter iter;
  const char *column;
  GVariant *value;

  g_variant_iter_init (&iter, record);
  while (g_variant_iter_loop (&iter, "{&sv}", &column, &value))
    set (user, column, g_variant_get_string (value, NULL));
}

const PosternImportFormat postern_import_csv = { "csv", "CSV whose first line names the members", TRUE, convert };
