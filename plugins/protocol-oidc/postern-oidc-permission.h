/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oidc.h"

G_BEGIN_DECLS

/** PosternOidcReview: what an access token says that was made before, as of now. */
typedef struct {
  gboolean managed;  /* it is for a managed resource; else only `spent` is set */
  gboolean spent;    /* nothing is left of it */
  char *scope;       /* space-separated */
  char **audience;
  PosternPermission *permission; /* (nullable): unless `spent`: whose roles it says */
  char **permissions;
} PosternOidcReview;

/**
 * postern_oidc_permission_review: cuts @claims, of a verified token, down to what its subject may now, by the rule of stage `permission`: a role
 * that was taken away is gone at once for whoever asks. Reads the store, once, for a person's token at a managed resource.
 */
gboolean postern_oidc_permission_review (PosternOidc *oidc, GVariant *claims, PosternOidcReview *review, GError **error);
void postern_oidc_permission_review_clear (PosternOidcReview *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternOidcReview, postern_oidc_permission_review_clear)

G_END_DECLS
