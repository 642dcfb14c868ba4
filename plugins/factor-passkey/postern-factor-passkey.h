/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-authenticator.h"
#include "postern-flow-engine.h"
#include "postern-passkey-response.h"

G_BEGIN_DECLS

#define POSTERN_PASSKEY_KIND "passkey"

/**
 * PosternFactorPasskey: what a person has. By what it is asked:
 *   task or second factor "add-passkey"   page `passkey-set-up`                       postern-passkey-enrol.c
 *   task POSTERN_FLOW_PASSKEY_UPGRADE      likewise, for a script                       postern-passkey-enrol.c
 *   second factor "passkey"               page `passkey`                              postern-passkey-sign-in.c
 *   a step about nobody yet               none: what `identifier` or `password` sent  postern-passkey-sign-in.c
 */
#define POSTERN_TYPE_FACTOR_PASSKEY (postern_factor_passkey_get_type ())
G_DECLARE_FINAL_TYPE (PosternFactorPasskey, postern_factor_passkey, POSTERN, FACTOR_PASSKEY, PosternFactor)

/** postern_factor_passkey_get_verification: the setting `user-verification`. (transfer none) */
const char *postern_factor_passkey_get_verification (PosternFactorPasskey *self);
/** postern_factor_passkey_get_conveyance: what the setting `attestation` asks a browser for. (transfer none) */
const char *postern_factor_passkey_get_conveyance (PosternFactorPasskey *self);

/** PosternFactorPasskeyResponse: what came back; it points into what was sent. */
typedef struct {
  const char *challenge;              /* (nullable): that it must answer */
  PosternPasskeyBytes key;            /* of the credential that answers */
  PosternPasskeyAssertion assertion;  /* its client data is a registration's, too */
  PosternPasskeyBytes attestation;
  gboolean unattended;                /* a registration that the browser made by itself */
} PosternFactorPasskeyResponse;

/** postern_factor_passkey_check_create: a registration, against what this server expects; postern_passkey_response_check_create(). */
gboolean postern_factor_passkey_check_create (PosternFactorPasskey *self, PosternTenant *tenant, const PosternFactorPasskeyResponse *response,
                                              PosternPasskeyMade *made, GError **error);
/** postern_factor_passkey_check_get: an authentication, likewise. */
gboolean postern_factor_passkey_check_get (PosternFactorPasskey *self, PosternTenant *tenant, const PosternFactorPasskeyResponse *response,
                                           PosternPasskeyData *data, GError **error);

/* The ways of answering; each answers the step. */
void postern_passkey_enrol_answer (PosternFactorPasskey *self, PosternStep *step);
void postern_passkey_sign_in_answer (PosternFactorPasskey *self, PosternStep *step);
void postern_passkey_sign_in_answer_second (PosternFactorPasskey *self, PosternStep *step);

G_END_DECLS
