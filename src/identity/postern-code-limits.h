/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-tenant.h"

G_BEGIN_DECLS

/** PosternCodeSending: one message that is about to be sent. */
typedef struct {
  const char *typed;       /* what stands on the page, canonical */
  const char *recipient;   /* (nullable): where it goes: nobody is told that this one has had enough, or it could be asked whose it is */
  const char *address;     /* (nullable): of the browser that asks */
  const char *prefix;      /* (nullable): of the number, for text messages */
  const char *device_hash; /* (nullable): as above */
} PosternCodeSending;

/**
 * postern_code_limits_take: counts it against the tenant's limits: before it is sent, and alike for whom nobody knows.
 * @silent: (out): all is well but that the recipient has had enough: say that it was sent, and send nothing
 * Returns: FALSE with TOO_MANY_REQUESTS and @retry_after (seconds), or because the store failed
 */
gboolean postern_code_limits_take (PosternTenant *tenant, const PosternCodeSending *sending, gint64 now, gboolean *silent, guint *retry_after, GError **error);

G_END_DECLS
