/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "postern-error.h"
#include "postern-json.h"
#include "postern-purge.h"
#include "postern-seal.h"
#include "postern-stores.h"
#include "postern-txn.h"

/* The storage test kit: what any driver must do. Each test gets a tenant of its own. */
#define NOW 1800000000

PosternStore *storage_kit_open (void);                          /* (transfer full): a fresh tenant */
PosternStore *storage_kit_open_tenant (const char *tenant);       /* (transfer full): beside those of storage_kit_open() */
const char *storage_kit_get_shared_location (void);                /* of those; once there is one */
PosternStore *storage_kit_open_at (const char *location, const char *tenant, GError **error); /* (transfer full) (nullable) */
PosternDatabase *storage_kit_new_database (void);
char *storage_kit_new_location (void);
const char *storage_kit_program (void);
const char *storage_kit_module (void);

/* run @func, which must succeed */
void storage_kit_write (PosternStore *store, PosternKeep keep, PosternTxnFunc func, gpointer data);
void storage_kit_read (PosternStore *store, PosternKeep keep, PosternTxnFunc func, gpointer data);
/* for g_test_add_data_func(): @func, a PosternTxnFunc, in one transaction of a fresh tenant */
void storage_kit_run_lasting (gconstpointer func);
void storage_kit_run_short (gconstpointer func);

PosternUser *storage_kit_new_user (const char *username, const char *email, const char *phone);
PosternApplication *storage_kit_new_application (const char *name);
PosternSession *storage_kit_new_session (const char *user_id);
PosternWebhook *storage_kit_new_webhook (void);
/** storage_kit_grow_log: the log of @from entries has @size now, as far as who follows it looks */
void storage_kit_grow_log (PosternTxn *txn, gint64 from, gint64 size, GError **error);
PosternGrant *storage_kit_new_grant (const char *user_id, const char *application_id, const char *session_id);

/* @call hands on `&failure`. */
#define assert_fails(call, code_)                                                                                     \
  G_STMT_START                                                                                                        \
  {                                                                                                                   \
    g_autoptr (GError) failure = NULL;                                                                                \
    g_assert_false (call);                                                                                            \
    g_assert_error (failure, POSTERN_ERROR, (code_));                                                                 \
  }                                                                                                                   \
  G_STMT_END

void storage_organizations_add_tests (void);
void storage_joins_add_tests (void);
/* --- every statement that any test ran, with its last values, so that the last test can run it as another tenant */
void storage_apart_watch (GType driver_type);
void storage_apart_note_tenant (PosternDatabase *database, const char *tenant); /* one in the place that tenants share */
void storage_apart_clear (void);

void storage_copy_add_tests (void);
void storage_many_add_tests (void);
void storage_people_add_tests (void);
void storage_tokens_add_tests (void);
void storage_rest_add_tests (void);
void storage_audit_add_tests (void);
void storage_purge_add_tests (void);
void storage_roles_add_tests (void);
void storage_seal_add_tests (void);
void storage_tenants_add_tests (void);
void storage_sinks_add_tests (void);
void storage_webhooks_add_tests (void);
void storage_together_add_tests (void);
void storage_apart_add_tests (void); /* the last */
int storage_together_child (const char *location);
