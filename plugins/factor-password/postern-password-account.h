/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"

G_BEGIN_DECLS

/** PosternPasswordAccount: whom a password is about, read in one transaction. */
typedef struct {
  PosternUser *user;             /* (nullable): nobody is called so */
  PosternCredential *credential; /* (nullable): there is no password */
  char *key;                     /* for the guard: the user's id, or what was typed */
  char *device_hash;             /* (nullable): only of a browser this user signed in from */
} PosternPasswordAccount;

/** postern_password_account_find: by @user_id when given, else by @identifier (canonical); whoever is not there is no error. */
gboolean postern_password_account_find (PosternPasswordAccount *self, PosternFlowContext *context, const char *user_id, const char *identifier, GError **error);
void postern_password_account_clear (PosternPasswordAccount *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternPasswordAccount, postern_password_account_clear)

/** postern_password_account_upgrade: the same password under a better hash, unless it was changed meanwhile. */
gboolean postern_password_account_upgrade (PosternPasswordAccount *self, PosternFlowContext *context, const char *value, GError **error);
/** postern_password_account_set: a new password, and in the same transaction the end of whatever the old one may have let in. CONFLICT when it was changed meanwhile. */
gboolean postern_password_account_set (PosternPasswordAccount *self, PosternFlowContext *context, const char *value, GError **error);
/**
 * postern_password_account_recover: a new password for who has shown to read @recipient instead of knowing the old one. In the
 * same transaction ends every session and grant, and every code that is under way. If the address had not been proved before,
 * whatever else was set up goes as well: whoever made the account need not have been its owner.
 * STALE when the account does not have the address any more, CONFLICT when the password is not what it was when @self was read
 */
gboolean postern_password_account_recover (PosternPasswordAccount *self, PosternFlowContext *context, const char *value, const char *recipient, GError **error);

G_END_DECLS
