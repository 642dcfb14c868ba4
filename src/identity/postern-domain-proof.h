/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * Whose an e-mail domain is: who may write its DNS puts a TXT record there, whose value we made for this organization and this domain.
 * A domain that is not proved decides nothing.
 */

#define POSTERN_DOMAIN_PROOF_SECONDS 5 /* a look takes at most */
#define POSTERN_DOMAIN_PROOF_LOOKS 20  /* of one organization in ten minutes */

/** postern_domain_proof_make: @typed becomes canonical. INVALID_REQUEST where no mail can go to it. (transfer full) (nullable) */
PosternDomain *postern_domain_proof_make (const char *organization_id, const char *typed, gint64 now, GError **error);
/** postern_domain_proof_dup_name: where the record is to be: (transfer full) */
char *postern_domain_proof_dup_name (const PosternDomain *self);
/** postern_domain_proof_take: counts a look of the organization's. TOO_MANY_REQUESTS where there were POSTERN_DOMAIN_PROOF_LOOKS in ten minutes: our resolver is nobody's tool; then @retry_after: (out): seconds */
gboolean postern_domain_proof_take (PosternStore *store, const char *organization_id, gint64 now, guint *retry_after, GError **error);
/**
 * postern_domain_proof_look: whether the record is there. Asks the system's resolver (g_resolver_get_default()) and blocks up to
 * POSTERN_DOMAIN_PROOF_SECONDS, or until @cancellable (nullable) says so. CONFLICT: it is not there, or says something else; UNREACHABLE: nobody answered.
 */
gboolean postern_domain_proof_look (const PosternDomain *self, GCancellable *cancellable, GError **error);

G_END_DECLS
