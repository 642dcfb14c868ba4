/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-rules.h"

#include <string.h>

#include "postern-fault.h"
#include "postern-identifier.h"
#include "postern-json.h"

#define EXTERNAL_ID_MAX 255 /* characters */

static gboolean
check_object (const char *member, GVariant *object, GError **error)
{
  g_autofree char *text = object != NULL ? postern_json_print (object) : NULL;

  return text == NULL || strlen (text) <= POSTERN_USER_OBJECT_MAX || postern_fault (error, member, "is larger than 64 KiB");
}

gboolean
postern_user_rules_settle (PosternUser *user, GError **error)
{
  if (user->username == NULL && user->email == NULL && user->phone == NULL)
    return postern_fault (error, "email", "or username or phone must be given: a person needs something to sign in with");
  if (user->username != NULL && strchr (user->username, '@') != NULL)
    return postern_fault (error, "username", "must not look like an e-mail address; give it as email");
  if (user->phone != NULL && !postern_identifier_is_phone (user->phone))
    return postern_fault (error, "phone", "must be a number as +49…");
  if (user->external_id != NULL && g_utf8_strlen (user->external_id, -1) > EXTERNAL_ID_MAX)
    return postern_fault (error, "external_id", "has more than 255 characters");
  user->email_verified = user->email_verified && user->email != NULL;
  user->phone_verified = user->phone_verified && user->phone != NULL;
  return check_object ("profile", user->profile, error) && check_object ("data", user->data, error);
}
