/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-again.h"

#include "postern-authenticator.h"
#include "postern-flow-choices.h"
#include "postern-flow-factors.h"
#include "postern-flow-organization.h"
#include "postern-identifier.h"
#include "postern-user-name.h"

#define PASSWORD "password"
#define PASSKEY "passkey"
#define EMAIL_CODE "email-code"
#define SMS_CODE "sms-code"

typedef struct {
  PosternFlowContext *context;
  PosternSession *session;
  PosternUser *user;
  GPtrArray *credentials, *identities;
  const char *identifier;
} Look;

static void
look_clear (Look *self)
{
  g_clear_pointer (&self->credentials, g_ptr_array_unref);
  g_clear_pointer (&self->identities, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Look, look_clear)

static gboolean
read_ways (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *self = user_data;

  look_clear (self);
  self->credentials = postern_credential_store_list (txn, self->user->id, error);
  self->identities = self->credentials ? postern_identity_store_list (txn, self->user->id, error) : NULL;
  return self->identities != NULL;
}

static gboolean
has_credential (Look *self, const char *kind)
{
  for (guint i = 0; i < self->credentials->len; i++)
    if (g_strcmp0 (((PosternCredential *) self->credentials->pdata[i])->kind, kind) == 0)
      return TRUE;
  return FALSE;
}

/* The provider that the session came from, as long as it is linked and there. */
static PosternInstance *
find_provider (Look *self)
{
  const char *id = self->session->upstream_connector;
  PosternInstance *instance = id ? postern_registry_get_instance (postern_runtime_get_registry (self->context->runtime), id) : NULL;

  for (guint i = 0; i < self->identities->len; i++)
    if (g_strcmp0 (((PosternIdentity *) self->identities->pdata[i])->connector, id) == 0)
      return POSTERN_IS_CONNECTOR (instance) && postern_flow_organization_allows (self->context, id) ? instance : NULL;
  return NULL;
}

static PosternInstance *
find_code (Look *self, const char *address)
{
  PosternInstance *factor = address ? postern_flow_factors_find_code (self->context, address) : NULL;

  if (factor)
    self->identifier = address;
  return factor;
}

/* @name: as flow->factors has it */
static PosternInstance *
find_way (Look *self, const char *name)
{
  if (g_str_equal (name, PASSWORD))
    return self->identifier && has_credential (self, PASSWORD) ? postern_flow_factors_find_password (self->context) : NULL;
  if (g_str_equal (name, PASSKEY))
    return has_credential (self, PASSKEY) ? postern_flow_factors_find_passkey (self->context) : NULL;
  if (g_str_equal (name, POSTERN_FLOW_FACTOR_CONNECTOR))
    return find_provider (self);
  if (g_str_equal (name, EMAIL_CODE))
    return find_code (self, self->user->email);
  return g_str_equal (name, SMS_CODE) ? find_code (self, self->user->phone) : NULL;
}

PosternInstance *
postern_flow_again_find (PosternFlowContext *context, PosternSession *session, PosternUser *user, const char **identifier)
{
  static const char *const others[] = { PASSWORD, PASSKEY, POSTERN_FLOW_FACTOR_CONNECTOR, EMAIL_CODE, SMS_CODE };
  g_auto (Look) look = { .context = context, .session = session, .user = user };
  g_auto (GStrv) met = g_strsplit (session->factors ? session->factors : "", " ", 2);
  const char *name = postern_user_name_get_identifier (user);
  PosternInstance *way = postern_flow_choices_find_domain (context, name);

  look.identifier = name == user->id ? NULL : name; /* nobody signs in by that */
  if (way == NULL && postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, read_ways, &look, NULL)) {
    way = met[0] ? find_way (&look, met[0]) : NULL;
    for (guint i = 0; way == NULL && i < G_N_ELEMENTS (others); i++)
      way = find_way (&look, others[i]);
  }
  *identifier = look.identifier;
  return way;
}

void
postern_flow_again_add_ways (PosternFlowContext *context, PosternJsonObject *model)
{
  const char *identifier = context->flow->identifier;

  postern_json_object_add_boolean (model, "password", identifier && postern_flow_factors_find_password (context));
  postern_json_object_add_boolean (model, "code", identifier && postern_flow_factors_find_code (context, identifier));
  postern_json_object_add_boolean (model, "sms", identifier && postern_identifier_is_phone (identifier));
}
