/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * What an operator's own server says of a person while tokens are made: of an application for its ID tokens and userinfo, of a resource for access
 * tokens for it. Who asks it: src/flow/postern-flow-claims-hook.h.
 */

#define POSTERN_CLAIMS_HOOK_REFUSE "refuse"   /* no token without its answer */
#define POSTERN_CLAIMS_HOOK_WITHOUT "without" /* one without what it would have said */
#define POSTERN_CLAIMS_HOOK_TIMEOUT 500       /* milliseconds */
#define POSTERN_CLAIMS_HOOK_TIMEOUT_LEAST 50
#define POSTERN_CLAIMS_HOOK_TIMEOUT_MOST 2000
#define POSTERN_CLAIMS_HOOK_MAX 500 /* of a tenant: they are kept in memory */

/**
 * postern_claims_hook_put: validates @hook, and that it is not one too many (CONFLICT), and keeps it. @secret: (nullable): NULL: as it is.
 * @error: INVALID_REQUEST; its message begins with the wrong member's name and a colon
 */
gboolean postern_claims_hook_put (PosternTxn *txn, PosternClaimsHook *hook, const char *secret, GError **error);

/** PosternClaimsHookOpen: one that can be asked. Immutable, reference counted. */
typedef struct {
  char *url;
  char *secret;  /* (nullable): it cannot be opened any more */
  guint timeout; /* milliseconds */
  gboolean refuses;
} PosternClaimsHookOpen;
void postern_claims_hook_open_unref (PosternClaimsHookOpen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternClaimsHookOpen, postern_claims_hook_open_unref)

/** PosternClaimsHookCache: all of a tenant, kept in memory: most have none, and a token should not read a table for that. Thread-safe. */
typedef struct _PosternClaimsHookCache PosternClaimsHookCache;

PosternClaimsHookCache *postern_claims_hook_cache_new (PosternStore *store);
void postern_claims_hook_cache_free (PosternClaimsHookCache *self);
/** postern_claims_hook_cache_find: from memory, else read (may block). @hook: (out) (transfer full) (nullable): there is none. FALSE when the store failed */
gboolean postern_claims_hook_cache_find (PosternClaimsHookCache *self, const char *owner_id, PosternClaimsHookOpen **hook, GError **error);

G_END_DECLS
