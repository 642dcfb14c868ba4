/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-factor-passkey.h"

#include "postern-flow-ask.h"
#include "postern-flow-passkey.h"
#include "postern-flow-second.h"
#include "postern-passkey-trust.h"

struct _PosternFactorPasskey {
  PosternFactor parent_instance;
  gboolean verified;
  char **origins;     /* of other sites; (nullable) */
  char **top_origins; /* (nullable) */
  PosternPasskeyTrust *trust;
};

G_DEFINE_FINAL_TYPE (PosternFactorPasskey, postern_factor_passkey, POSTERN_TYPE_FACTOR)

const char *
postern_factor_passkey_get_verification (PosternFactorPasskey *self)
{
  return self->verified ? "required" : "preferred";
}

const char *
postern_factor_passkey_get_conveyance (PosternFactorPasskey *self)
{
  return postern_passkey_trust_get_conveyance (self->trust);
}

static gboolean
read_trust (PosternFactorPasskey *self, PosternSettings *settings, GError **error)
{
  g_auto (GStrv) aaguids = postern_settings_dup_strv (settings, "attestation-aaguids");
  const PosternPasskeyTrustPolicy policy = { postern_settings_get_string (settings, "attestation"),
                                             postern_settings_get_string (settings, "attestation-roots"), (const char *const *) aaguids };

  self->trust = postern_passkey_trust_new (&policy, error);
  return self->trust != NULL;
}

/* @list: (out) (nullable): NULL also of an empty one */
static gboolean
read_origins (PosternSettings *settings, const char *name, char ***list, GError **error)
{
  g_auto (GStrv) origins = postern_settings_dup_strv (settings, name);

  for (guint i = 0; origins && origins[i]; i++)
    if (!postern_flow_passkey_is_origin (origins[i])) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: “%s” is no origin as browsers write it, such as https://www.example.com", name, origins[i]);
      return FALSE;
    }
  if (origins && origins[0])
    *list = g_steal_pointer (&origins);
  return TRUE;
}

static gboolean
postern_factor_passkey_configure (PosternInstance *instance, GError **error)
{
  PosternFactorPasskey *self = POSTERN_FACTOR_PASSKEY (instance);
  PosternSettings *settings = postern_instance_get_settings (instance);
  const char *verification = postern_settings_get_string (settings, "user-verification");

  if (!read_origins (settings, POSTERN_FLOW_PASSKEY_ORIGINS, &self->origins, error) || !read_origins (settings, "top-origins", &self->top_origins, error))
    return FALSE;
  self->verified = g_strcmp0 (verification, "required") == 0;
  if (verification == NULL || self->verified || g_str_equal (verification, "preferred"))
    return read_trust (self, settings, error);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "user-verification: “%s” is neither preferred nor required", verification);
  return FALSE;
}

typedef struct {
  PosternPasskeyExpected expected;
  char *rp_id, *origin;
  GPtrArray *origins; /* (element-type utf8) (transfer none) */
} Here;

static void
here_clear (Here *self)
{
  g_free (self->rp_id);
  g_free (self->origin);
  g_ptr_array_unref (self->origins);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Here, here_clear)

static void
here_init (Here *self, PosternFactorPasskey *factor, PosternTenant *tenant, const char *type, const char *challenge)
{
  self->rp_id = postern_flow_passkey_dup_rp_id (tenant);
  self->origin = postern_flow_passkey_dup_origin (tenant);
  self->origins = g_ptr_array_new ();
  g_ptr_array_add (self->origins, self->origin);
  for (guint i = 0; factor->origins && factor->origins[i]; i++)
    g_ptr_array_add (self->origins, factor->origins[i]);
  g_ptr_array_add (self->origins, NULL);
  self->expected = (PosternPasskeyExpected){ type, challenge, self->rp_id, (const char *const *) self->origins->pdata, (const char *const *) factor->top_origins, factor->verified,
                                              factor->trust };
}

gboolean
postern_factor_passkey_check_create (PosternFactorPasskey *self, PosternTenant *tenant, const PosternFactorPasskeyResponse *response,
                                     PosternPasskeyMade *made, GError **error)
{
  g_auto (Here) here = { 0 };

  here_init (&here, self, tenant, "webauthn.create", response->challenge);
  here.expected.unattended = response->unattended;
  return postern_passkey_response_check_create (&here.expected, response->assertion.client_data, response->attestation, made, error);
}

gboolean
postern_factor_passkey_check_get (PosternFactorPasskey *self, PosternTenant *tenant, const PosternFactorPasskeyResponse *response,
                                  PosternPasskeyData *data, GError **error)
{
  g_auto (Here) here = { 0 };

  here_init (&here, self, tenant, "webauthn.get", response->challenge);
  return postern_passkey_response_check_get (&here.expected, response->key, &response->assertion, data, error);
}

static gboolean
postern_factor_passkey_handle_step (PosternAuthenticator *authenticator, PosternStep *step)
{
  PosternFactorPasskey *self = POSTERN_FACTOR_PASSKEY (authenticator);

  if (postern_flow_ask_get_context (step) == NULL)
    return FALSE;
  if (postern_flow_second_is_asked (step, "add-passkey") || postern_flow_second_is_asked (step, POSTERN_FLOW_PASSKEY_UPGRADE))
    postern_passkey_enrol_answer (self, step);
  else if (postern_flow_second_is_asked (step, "passkey"))
    postern_passkey_sign_in_answer_second (self, step);
  else if (postern_step_get_user_id (step))
    return FALSE;
  else
    postern_passkey_sign_in_answer (self, step);
  return TRUE;
}

static void
postern_factor_passkey_finalize (GObject *object)
{
  PosternFactorPasskey *self = POSTERN_FACTOR_PASSKEY (object);

  g_clear_pointer (&self->origins, g_strfreev);
  g_clear_pointer (&self->top_origins, g_strfreev);
  g_clear_pointer (&self->trust, postern_passkey_trust_free);
  G_OBJECT_CLASS (postern_factor_passkey_parent_class)->finalize (object);
}

static void
postern_factor_passkey_class_init (PosternFactorPasskeyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_factor_passkey_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_factor_passkey_configure;
  POSTERN_AUTHENTICATOR_CLASS (klass)->handle_step = postern_factor_passkey_handle_step;
}

static void
postern_factor_passkey_init (PosternFactorPasskey *self)
{
}
