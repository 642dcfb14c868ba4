/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-demo-client.h"

#include "postern-error.h"
#include "postern-json.h"

#define SETTING "demo-application"

typedef struct {
  PosternTenant *tenant;
  char *client_id;
} Registration;

/* A public client: it has nothing to keep a secret in, and PKCE binds the code to the browser that began. */
static GVariant *
build_metadata (PosternTenant *tenant)
{
  const char *issuer = postern_tenant_get_issuer (tenant);
  g_autofree char *callback = g_strconcat (issuer, "/demo/callback", NULL);
  g_autofree char *home = g_strconcat (issuer, "/demo", NULL);

  return g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'redirect_uris': <[<%s>]>, 'post_logout_redirect_uris': <[<%s>]>, 'client_uri': <%s>, "
                                                   "'grant_types': <[<'authorization_code'>]>, 'response_types': <[<'code'>]>, "
                                                   "'token_endpoint_auth_method': <'none'>}",
                                                   callback, home, home));
}

static gboolean
insert (PosternTxn *txn, Registration *self, GVariant *metadata, gint64 now, GError **error)
{
  g_autoptr (PosternApplication) application = postern_application_new ();
  g_autoptr (GVariant) setting = NULL;

  application->id = postern_id_new ("app");
  application->name = g_strdup ("Demo");
  application->kind = g_strdup ("web");
  application->enabled = application->first_party = TRUE;
  application->metadata = g_variant_ref (metadata);
  application->secrets = g_variant_ref_sink (g_variant_new_parsed ("@av []"));
  application->created_at = application->updated_at = now;
  setting = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {'client_id': <%s>}", application->id));
  self->client_id = g_strdup (application->id);
  return postern_application_validate (application, error) && postern_application_store_insert (txn, application, error) &&
         postern_setting_store_put (txn, SETTING, setting, now, error);
}

static PosternApplication *
find (PosternTxn *txn)
{
  g_autoptr (GVariant) setting = postern_setting_store_get (txn, SETTING, NULL);
  const char *id = setting ? postern_json_get_string (setting, "client_id") : NULL;

  return id ? postern_application_store_get (txn, id, NULL) : NULL;
}

static gboolean
ensure (PosternTxn *txn, gpointer user_data, GError **error)
{
  Registration *self = user_data;
  g_autoptr (GVariant) metadata = build_metadata (self->tenant);
  g_autoptr (PosternApplication) application = find (txn);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  g_clear_pointer (&self->client_id, g_free);
  if (application == NULL)
    return insert (txn, self, metadata, now, error);
  self->client_id = g_strdup (application->id);
  g_variant_unref (application->metadata);
  application->metadata = g_steal_pointer (&metadata);
  application->updated_at = now;
  return postern_application_store_update (txn, application, error);
}

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Registration *self = user_data;
  g_autoptr (PosternApplication) application = find (txn);
  g_autoptr (GVariant) metadata = build_metadata (self->tenant);
  g_auto (GStrv) wanted = postern_json_dup_strv (metadata, "redirect_uris", FALSE);
  g_auto (GStrv) kept = application ? postern_json_dup_strv (application->metadata, "redirect_uris", FALSE) : NULL;

  g_clear_pointer (&self->client_id, g_free);
  if (kept && g_strv_equal ((const char *const *) kept, (const char *const *) wanted))
    self->client_id = g_strdup (application->id);
  return TRUE;
}

char *
postern_demo_client_ensure (PosternTenant *tenant, GError **error)
{
  Registration self = { tenant, NULL };
  PosternStore *store = postern_tenant_get_store (tenant);

  if (postern_store_read (store, POSTERN_KEEP_LASTING, look, &self, error) && self.client_id == NULL)
    postern_store_write (store, POSTERN_KEEP_LASTING, ensure, &self, error);
  return self.client_id;
}
