/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib/gi18n.h>

#include "postern-json.h"
#include "postern-stores.h"

G_BEGIN_DECLS

/* Each change of how somebody signs in is told by mail, in the transaction that makes it, so that whoever is robbed learns of it. */

/* By an administrator; what people do themselves is worded where they do it. */
#define POSTERN_NOTICE_ADMINISTRATOR N_("An administrator changed how you sign in to your account.")
#define POSTERN_NOTICE_SWITCHED_OFF N_("An administrator switched off your account. You are signed out everywhere.")
#define POSTERN_NOTICE_SWITCHED_ON N_("An administrator switched your account on again.")
#define POSTERN_NOTICE_DELETED N_("An administrator deleted your account.")
#define POSTERN_NOTICE_RESET_CANCELLED N_("Your second factors stay as they are: nobody will remove them from your account.")
/* To administrators, of what runs by itself. */
#define POSTERN_NOTICE_WEBHOOK_OFF N_("A webhook was switched off: what it was sent has not arrived. The management API says which one, and why.")

/**
 * postern_notice_add: to @user's address, if that is known to be theirs. Whether mails go out at all is for the caller to know.
 * @language: (nullable): where the person has chosen none; @notice: a phrase: a static string, marked N_(); @now: seconds since 1970
 */
gboolean postern_notice_add (PosternTxn *txn, const char *issuer, PosternUser *user, const char *language, const char *notice, gint64 now, GError **error);

/** PosternNotice: a mail about an account. */
typedef struct {
  const char *issuer, *template;
  const char *language; /* (nullable): where the person has chosen none */
  gint64 now;           /* seconds since 1970 */
} PosternNotice;

/** postern_notice_send: likewise, with a page of its own. @model: what it shows; it is ended here, with the link to the account of who can get in. */
gboolean postern_notice_send (const PosternNotice *self, PosternTxn *txn, PosternUser *user, PosternJsonObject *model, GError **error);

G_END_DECLS
