/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-claims.h"

G_BEGIN_DECLS

/**
 * PosternSubject:
 *
 * Who a connector says came back.
 *
 * @id is the provider's stable identifier, never an e-mail address. The engine, not the connector, stamps
 * the instance it came from. `email_verified` is TRUE only if the provider said so as a JSON boolean true
 * (or documents another form and the connector knows it).
 * @claims are standard claims (OpenID Connect Core 5.1) as the provider gave them.
 */
#define POSTERN_TYPE_SUBJECT (postern_subject_get_type ())
POSTERN_API G_DECLARE_FINAL_TYPE (PosternSubject, postern_subject, POSTERN, SUBJECT, GObject)

/**
 * postern_subject_new:
 * @claims: (nullable): a reference is taken
 *
 * Makes a subject.
 *
 * Returns: (transfer full):
 */
POSTERN_API PosternSubject *postern_subject_new (const char *id, PosternClaims *claims);

/**
 * postern_subject_get_id:
 *
 * The provider's stable id.
 *
 * Returns: (transfer none):
 */
POSTERN_API const char *postern_subject_get_id (PosternSubject *self);

/**
 * postern_subject_get_claims:
 *
 * What the provider said.
 *
 * Returns: (transfer none): never NULL
 */
POSTERN_API PosternClaims *postern_subject_get_claims (PosternSubject *self);

/**
 * postern_subject_get_email:
 *
 * The claim `email`.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_subject_get_email (PosternSubject *self);

/**
 * postern_subject_get_email_verified:
 *
 * Whether the provider vouches for the address.
 *
 * Returns: TRUE only for the boolean true
 */
POSTERN_API gboolean postern_subject_get_email_verified (PosternSubject *self);

/**
 * postern_subject_set_upstream:
 * @tokens: (nullable): an a{sv}: access_token, refresh_token, id_token, expires_at
 * @sid: (nullable): the provider's session id (back-channel logout)
 *
 * Keeps the provider's tokens for sealing.
 */
POSTERN_API void postern_subject_set_upstream (PosternSubject *self, GVariant *tokens, const char *sid);

/**
 * postern_subject_get_upstream_tokens:
 *
 * The provider's tokens.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API GVariant *postern_subject_get_upstream_tokens (PosternSubject *self);

/**
 * postern_subject_get_upstream_sid:
 *
 * The provider's session id.
 *
 * Returns: (transfer none) (nullable):
 */
POSTERN_API const char *postern_subject_get_upstream_sid (PosternSubject *self);

G_END_DECLS
