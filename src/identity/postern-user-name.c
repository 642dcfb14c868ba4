/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-name.h"

#include <string.h>

#include "postern-fault.h"
#include "postern-json.h"
#include "postern-shown-private.h"

#define NAME_MAX_BYTES 256

const char *
postern_user_name_get_identifier (PosternUser *user)
{
  const char *candidates[] = { user->email, user->username, user->phone };

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    if (candidates[i])
      return candidates[i];
  return user->id;
}

const char *
postern_user_name_get_shown (PosternUser *user)
{
  const char *identifier = postern_user_name_get_identifier (user);

  return identifier == user->id ? postern_user_name_get (user) : identifier;
}

const char *
postern_user_name_get (PosternUser *user)
{
  const char *name = user->profile ? postern_json_get_string (user->profile, "name") : NULL;

  return name && *name ? name : postern_user_name_get_identifier (user);
}

char *
postern_user_name_dup_typed (const char *typed)
{
  gboolean fits = typed && g_utf8_validate (typed, -1, NULL) && strlen (typed) <= NAME_MAX_BYTES;
  g_autofree char *name = fits ? g_utf8_normalize (typed, -1, G_NORMALIZE_NFC) : NULL;

  if (name == NULL)
    return NULL;
  g_strstrip (name);
  return *name && postern_shown_is_plain (name) ? g_steal_pointer (&name) : NULL;
}

/* What ended a line parts words, as before; what turns the text has no width of its own. */
char *
postern_user_name_dup_claimed (const char *claimed)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *at = claimed; *at; at = g_utf8_next_char (at)) {
    gunichar c = g_utf8_get_char (at);

    if (postern_shown_is_character (c))
      g_string_append_unichar (name, c);
    else if (g_unichar_iscntrl (c) || g_unichar_isspace (c))
      g_string_append_c (name, ' ');
  }
  g_strstrip (name->str);
  return *name->str ? g_strdup (name->str) : NULL;
}

/* "name" and "name#ja-Kana-JP" */
static gboolean
is_name (const char *member)
{
  static const char *const names[] = { "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", NULL };
  g_autofree char *plain = g_strndup (member, strcspn (member, "#"));

  return g_strv_contains (names, plain);
}

static gboolean
check_name (const char *member, GVariant *value, GError **error)
{
  g_autofree char *path = g_strconcat ("profile.", member, NULL);
  const char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_get_string (value, NULL) : NULL;
  gboolean removed = g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE); /* a null of JSON */

  return removed || postern_fault_check_text (path, text, 0, POSTERN_USER_NAME_MAX, error);
}

gboolean
postern_user_name_check_profile (GVariant *profile, GError **error)
{
  GVariantIter iter;
  const char *member;
  GVariant *value;
  gboolean good = TRUE;

  if (profile == NULL)
    return TRUE;
  g_variant_iter_init (&iter, profile);
  while (good && g_variant_iter_next (&iter, "{&sv}", &member, &value)) {
    good = !is_name (member) || check_name (member, value, error);
    g_variant_unref (value);
  }
  return good;
}
