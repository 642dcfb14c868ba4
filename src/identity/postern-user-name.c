/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-name.h"

#include <string.h>

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
