/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * The set-up link: how the first administrator is made. It is `PUBLIC-URL/setup/SECRET`; the secret is a ticket of the kind
 * "setup", used once, good for an hour. `postern setup` prints one; the flow's task "setup" takes it.
 */
#define POSTERN_SETUP_KIND "setup"
#define POSTERN_SETUP_PATH "/setup/"
#define POSTERN_SETUP_LIFETIME 3600 /* seconds */

/**
 * postern_setup_issue: a new link. Lasting transaction.
 * @public_url: without trailing slash
 * Returns: (transfer full) (nullable): NULL with CONFLICT when there is an administrator already
 */
char *postern_setup_issue (PosternTxn *txn, const char *public_url, gint64 now, GError **error);

G_END_DECLS
