/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-claims.h"

G_BEGIN_DECLS

/**
 * PosternSubject: who a connector says came back.
 *
 * @id is the provider's stable identifier, never an e-mail address. The engine, not the connector, stamps
 * the instance it came from. `email_verified` is TRUE only if the provider said so as a JSON boolean true
 * (or documents another form and the connector knows it).
 * @claims are standard claims (OpenID Connect Core 5.1) as the provider gave them.
 */
#define POSTERN_TYPE_SUBJECT (postern_subject_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternSubject, postern_subject, POSTERN, SUBJECT, GObject)

/** postern_subject_new: @claims: (nullable): a reference is taken */
POSTERN_API PosternSubject *postern_subject_new (const char *id, PosternClaims *claims);
POSTERN_API const char *postern_subject_get_id (PosternSubject *self);
POSTERN_API PosternClaims *postern_subject_get_claims (PosternSubject *self); /* (transfer none), never NULL */
POSTERN_API const char *postern_subject_get_email (PosternSubject *self);     /* (nullable): claim `email` */
POSTERN_API gboolean postern_subject_get_email_verified (PosternSubject *self);
/** postern_subject_set_upstream: keeps @tokens (a{sv}: access_token, refresh_token, id_token, expires_at) for sealing; @sid is the provider's session id (back-channel logout). */
POSTERN_API void postern_subject_set_upstream (PosternSubject *self, GVariant *tokens, const char *sid);
POSTERN_API GVariant *postern_subject_get_upstream_tokens (PosternSubject *self); /* (transfer none) (nullable) */
POSTERN_API const char *postern_subject_get_upstream_sid (PosternSubject *self);  /* (nullable) */

G_END_DECLS
