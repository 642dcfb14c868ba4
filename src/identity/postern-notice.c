/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-notice.h"

#include "postern-outbox.h"

#define DAY (24 * 3600) /* seconds until it is no news any more */

gboolean
postern_notice_send (const PosternNotice *self, PosternTxn *txn, PosternUser *user, PosternJsonObject *model, GError **error)
{
  g_autofree char *link = g_strconcat (self->issuer, "/account", NULL);
  const char *locale = user->profile ? postern_json_get_string (user->profile, "locale") : NULL;
  g_autofree char *text = NULL;
  PosternOutboxItem item = { .channel = "email", .recipient = user->email, .template = self->template, .language = locale ? locale : self->language };

  if (user->email == NULL || !user->email_verified)
    return TRUE;
  postern_json_object_add_string (model, "link", user->disabled_at == 0 ? link : NULL);
  item.model = text = postern_json_print (postern_json_object_end (model));
  item.expires_at = self->now + DAY;
  return postern_outbox_add (txn, &item, error);
}

gboolean
postern_notice_add (PosternTxn *txn, const char *issuer, PosternUser *user, const char *language, const char *notice, gint64 now, GError **error)
{
  PosternNotice self = { issuer, "security-notice", language, now };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&model, "notice", notice);
  return postern_notice_send (&self, txn, user, &model, error);
}
