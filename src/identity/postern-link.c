/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-link.h"

#include <string.h>

#include "postern-error.h"
#include "postern-identifier.h"
#include "postern-user-name.h"

static gboolean
find_linked (PosternTxn *txn, const char *connector, PosternSubject *subject, PosternUser **user, GError **error)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternIdentity) identity = postern_identity_store_find (txn, connector, postern_subject_get_id (subject), &missing);

  if (!postern_store_pass_missing (&missing, error))
    return FALSE;
  if (identity)
    *user = postern_user_store_get (txn, identity->user_id, error);
  return identity == NULL || *user != NULL;
}

/* Whether @claimed becomes @email by small letters alone, and without its tag: where others were folded, the provider has verified somebody else's mailbox. */
static gboolean
is_same_mailbox (const char *claimed, const char *email)
{
  gsize length = strcspn (email, "@");

  return g_ascii_strncasecmp (claimed, email, length) == 0 && (claimed[length] == '@' || claimed[length] == '+');
}

/* (transfer full) (nullable): only what the provider verified */
static char *
dup_address (PosternPolicy *policy, PosternSubject *subject)
{
  const char *claimed = postern_subject_get_email (subject);
  g_autofree char *email = postern_identifier_canonicalize_for (policy, claimed);

  return email && strchr (email, '@') && postern_subject_get_email_verified (subject) && is_same_mailbox (claimed, email) ? g_steal_pointer (&email) : NULL;
}

static gboolean
find_by_address (PosternTxn *txn, PosternPolicy *policy, PosternSubject *subject, PosternUser **user, GError **error)
{
  g_autoptr (GError) missing = NULL;
  g_autofree char *email = dup_address (policy, subject);

  if (email == NULL)
    return TRUE;
  *user = postern_user_store_find (txn, email, &missing);
  return postern_store_pass_missing (&missing, error);
}

static gboolean
has_password (PosternTxn *txn, PosternUser *user, gboolean *has, GError **error)
{
  g_autoptr (GError) missing = NULL;
  g_autoptr (PosternCredential) credential = postern_credential_store_find (txn, user->id, "password", &missing);

  *has = credential != NULL;
  return postern_store_pass_missing (&missing, error);
}

static gboolean
find_proofs (PosternTxn *txn, PosternUser *user, guint *proofs, GError **error)
{
  gboolean password = FALSE;

  if (!has_password (txn, user, &password, error))
    return FALSE;
  if (!password)
    *proofs &= ~(guint) POSTERN_LINK_PROOF_PASSWORD;
  if (user->email == NULL || !user->email_verified)
    *proofs &= ~(guint) POSTERN_LINK_PROOF_CODE;
  return TRUE;
}

gboolean
postern_link_decide (PosternTxn *txn, PosternPolicy *policy, const char *connector, PosternSubject *subject, guint *proofs,
                     PosternLinkDecision *decision, PosternUser **user, GError **error)
{
  *user = NULL;
  if (!find_linked (txn, connector, subject, user, error))
    return FALSE;
  *decision = POSTERN_LINK_KNOWN;
  if (*user)
    return TRUE;
  if (!find_by_address (txn, policy, subject, user, error))
    return FALSE;
  if (*user == NULL) {
    *decision = policy->sign_up_enabled ? POSTERN_LINK_NEW : POSTERN_LINK_CLOSED;
    return TRUE;
  }
  if (!find_proofs (txn, *user, proofs, error))
    return FALSE;
  *decision = *proofs != 0 && policy->linking_enabled ? POSTERN_LINK_ASK_PROOF : POSTERN_LINK_TAKEN;
  return TRUE;
}

gboolean
postern_link_decide_for (PosternTxn *txn, PosternPolicy *policy, const char *user_id, const char *connector, PosternSubject *subject,
                         PosternLinkDecision *decision, GError **error)
{
  g_autoptr (PosternUser) owner = NULL;

  if (!find_linked (txn, connector, subject, &owner, error))
    return FALSE;
  if (owner)
    *decision = g_str_equal (owner->id, user_id) ? POSTERN_LINK_KNOWN : POSTERN_LINK_TAKEN;
  else
    *decision = policy->linking_enabled ? POSTERN_LINK_NEW : POSTERN_LINK_CLOSED;
  return TRUE;
}

PosternIdentity *
postern_link_new_identity (const char *user_id, const char *connector, PosternSubject *subject, gint64 now)
{
  PosternIdentity *identity = postern_identity_new ();

  identity->id = postern_id_new ("idn");
  identity->user_id = g_strdup (user_id);
  identity->connector = g_strdup (connector);
  identity->subject = g_strdup (postern_subject_get_id (subject));
  identity->claims = postern_claims_to_variant (postern_subject_get_claims (subject));
  identity->created_at = identity->used_at = now;
  return identity;
}

/* The profile takes what OpenID Connect Core 5.1 calls standard claims, strings alone: the rest stays with the identity. */
static GVariant *
profile_of (PosternClaims *claims)
{
  static const char *const names[] = { "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
                                       "profile", "picture", "website", "locale", "zoneinfo" };
  GVariantBuilder profile = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_VARDICT);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *claimed = postern_claims_get_string (claims, names[i]);
    g_autofree char *value = claimed && strlen (claimed) <= 1024 ? postern_user_name_dup_claimed (claimed) : NULL;

    if (value)
      g_variant_builder_add (&profile, "{sv}", names[i], g_variant_new_string (value));
  }
  return g_variant_ref_sink (g_variant_builder_end (&profile));
}

PosternUser *
postern_link_new_user (PosternPolicy *policy, PosternSubject *subject, gint64 now)
{
  PosternUser *user = postern_user_new ();

  user->id = postern_id_new ("usr");
  user->email = dup_address (policy, subject);
  user->email_verified = user->email != NULL;
  user->profile = profile_of (postern_subject_get_claims (subject));
  user->created_at = user->updated_at = now;
  return user;
}
