/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-domain-proof.h"
#include "postern-tenant.h"

G_BEGIN_DECLS

/*
 * Looks again whether the DNS still proves the domains that are proved (postern-domain-proof.h). One whose record is not there brings nobody
 * into its organization from that moment; for POSTERN_DOMAIN_KEEPER_GRACE it stays the organization's, so that a slip in a zone file costs
 * no more than that, then it has to be proved anew. That nobody answers says nothing about the record, for POSTERN_DOMAIN_KEEPER_SILENCE: then it counts
 * as not there, or who has come by a domain would be its members' colleague for as long as its DNS keeps silent.
 */

#define POSTERN_DOMAIN_KEEPER_INTERVAL (24 * 3600)  /* seconds between two looks */
#define POSTERN_DOMAIN_KEEPER_AGAIN 3600            /* … where the record was not there, or nobody answered */
#define POSTERN_DOMAIN_KEEPER_SILENCE (24 * 3600)   /* seconds; a resolver of ours that is away is back by then */
#define POSTERN_DOMAIN_KEEPER_GRACE (7 * 24 * 3600) /* seconds */

/** PosternDomainKeeper: does so on a thread of its own, because the DNS takes its time. For whoever does the periodic work; two at once do no harm. */
typedef struct _PosternDomainKeeper PosternDomainKeeper;

/** postern_domain_keeper_new: @tells: whether mails go out at all */
PosternDomainKeeper *postern_domain_keeper_new (PosternTenant *tenant, gboolean tells);
/** postern_domain_keeper_free: a look under way is given up. */
void postern_domain_keeper_free (PosternDomainKeeper *self);
/** postern_domain_keeper_turn: has looked at what is due, and returns at once. @now: seconds since 1970 */
gboolean postern_domain_keeper_turn (PosternDomainKeeper *self, gint64 now, GError **error);
/**
 * postern_domain_keeper_check: looks at @domain, and writes down what came of it, with the event and the mail to the organization's administrators
 * that follow. Blocks as postern_domain_proof_look(). FALSE where it could not be written down
 */
gboolean postern_domain_keeper_check (PosternDomainKeeper *self, const PosternDomain *domain, gint64 now, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternDomainKeeper, postern_domain_keeper_free)

G_END_DECLS
