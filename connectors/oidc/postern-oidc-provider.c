/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-provider.h"

#include "postern-oauth2-fetch.h"
#include "postern-oidc-issuer.h"

#include <string.h>

#define FRESH (60 * 60 * G_TIME_SPAN_SECOND)
#define USABLE (24 * 60 * 60 * G_TIME_SPAN_SECOND)
#define ROTATION_PAUSE (60 * G_TIME_SPAN_SECOND)

struct _PosternOidcProvider {
  char *issuer;
  char *tenant; /* where the metadata lies, if the issuer has many names */
  GMutex mutex; /* guards what follows */
  GVariant *metadata;
  gint64 metadata_at;
  PosternJwkSet *keys;
  gint64 keys_at;
  gint64 rotated_at; /* when an unknown key last made us ask; 0: never */
};

PosternOidcProvider *
postern_oidc_provider_new (const char *issuer, const char *tenant)
{
  PosternOidcProvider *self = g_new0 (PosternOidcProvider, 1);

  self->issuer = g_strdup (issuer);
  self->tenant = g_strdup (tenant ? tenant : "common");
  g_mutex_init (&self->mutex);
  return self;
}

void
postern_oidc_provider_free (PosternOidcProvider *self)
{
  if (!self)
    return;
  g_free (self->issuer);
  g_free (self->tenant);
  g_clear_pointer (&self->metadata, g_variant_unref);
  g_clear_object (&self->keys);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

const char *
postern_oidc_provider_get_issuer (PosternOidcProvider *self)
{
  return self->issuer;
}

static void
fail (GError **error, const char *url, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%s: %s", url, what);
}

static GVariant *
fetch_good (const char *url, GCancellable *cancellable, GError **error)
{
  guint status = 0;
  g_autoptr (GVariant) object = postern_oauth2_fetch_object (url, NULL, NULL, NULL, &status, cancellable, error);
  g_autofree char *what = g_strdup_printf ("status %u instead of 200", status);

  if (object && status != 200) {
    fail (error, url, what);
    return NULL;
  }
  return g_steal_pointer (&object);
}

/* Each endpoint must be as safe as the issuer: a provider on https does not send anybody to plain http. */
static gboolean
check_endpoint (PosternOidcProvider *self, GVariant *metadata, const char *name, gboolean required, GError **error)
{
  const char *url = postern_json_get_string (metadata, name);
  gboolean plain = g_str_has_prefix (self->issuer, "http://");
  g_autofree char *what = g_strdup_printf ("the metadata's “%s” is missing or no https URL", name);

  if (!url && !required)
    return TRUE;
  if (url && (g_str_has_prefix (url, "https://") || (plain && g_str_has_prefix (url, "http://"))) && !strpbrk (url, "#\r\n"))
    return TRUE;
  fail (error, self->issuer, what);
  return FALSE;
}

/* OpenID Connect Discovery 1.0 section 4.3: a document that names another issuer is not about this one. */
static gboolean
check_metadata (PosternOidcProvider *self, GVariant *metadata, GError **error)
{
  const char *issuer = postern_json_get_string (metadata, "issuer");

  if (!postern_oidc_issuer_fits (self->issuer, issuer)) {
    g_autofree char *what = g_strdup_printf ("its metadata names the issuer “%.200s”; write exactly that into the setting issuer if it is meant", issuer ? issuer : "");
    fail (error, self->issuer, what);
    return FALSE;
  }
  return check_endpoint (self, metadata, "authorization_endpoint", TRUE, error) && check_endpoint (self, metadata, "token_endpoint", TRUE, error) &&
         check_endpoint (self, metadata, "jwks_uri", TRUE, error) && check_endpoint (self, metadata, "userinfo_endpoint", FALSE, error);
}

static GVariant *
fetch_metadata (PosternOidcProvider *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *base = postern_oidc_issuer_fill (self->issuer, self->tenant);
  g_autofree char *url = g_strconcat (base, g_str_has_suffix (base, "/") ? "" : "/", ".well-known/openid-configuration", NULL);
  g_autoptr (GVariant) metadata = fetch_good (url, cancellable, error);

  return metadata && check_metadata (self, metadata, error) ? g_steal_pointer (&metadata) : NULL;
}

static GVariant *
cached_metadata (PosternOidcProvider *self, gint64 age)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean good = self->metadata && g_get_monotonic_time () - self->metadata_at < age;

  return good ? g_variant_ref (self->metadata) : NULL;
}

GVariant *
postern_oidc_provider_dup_metadata (PosternOidcProvider *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) metadata = cached_metadata (self, FRESH);
  g_autoptr (GError) local = NULL;

  if (metadata)
    return g_steal_pointer (&metadata);
  metadata = fetch_metadata (self, cancellable, &local);
  if (metadata) {
    g_mutex_lock (&self->mutex);
    g_clear_pointer (&self->metadata, g_variant_unref);
    self->metadata = g_variant_ref (metadata);
    self->metadata_at = g_get_monotonic_time ();
    g_mutex_unlock (&self->mutex);
    return g_steal_pointer (&metadata);
  }
  metadata = cached_metadata (self, USABLE);
  if (!metadata)
    g_propagate_error (error, g_steal_pointer (&local));
  return g_steal_pointer (&metadata);
}

static PosternJwkSet *
cached_keys (PosternOidcProvider *self, gint64 age)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gboolean good = self->keys && g_get_monotonic_time () - self->keys_at < age;

  return good ? g_object_ref (self->keys) : NULL;
}

/* Whether to ask for newer keys than @unknown. Of many threads that meet the new key at once, one is told yes. */
static gboolean
may_rotate (PosternOidcProvider *self, PosternJwkSet *unknown)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 now = g_get_monotonic_time ();

  if (self->keys != unknown)
    return FALSE;
  if (self->rotated_at && now - self->rotated_at < ROTATION_PAUSE)
    return FALSE;
  self->rotated_at = now;
  return TRUE;
}

static PosternJwkSet *
fetch_keys (PosternOidcProvider *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) metadata = postern_oidc_provider_dup_metadata (self, cancellable, error);
  const char *url = metadata ? postern_json_get_string (metadata, "jwks_uri") : NULL;
  g_autoptr (GVariant) document = url ? fetch_good (url, cancellable, error) : NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (PosternJwkSet) keys = document ? postern_jwk_set_new_from_variant (document, &local) : NULL;

  if (local)
    fail (error, url, local->message);
  if (!keys)
    return NULL;
  g_mutex_lock (&self->mutex);
  g_set_object (&self->keys, keys);
  self->keys_at = g_get_monotonic_time ();
  g_mutex_unlock (&self->mutex);
  return g_steal_pointer (&keys);
}

PosternJwkSet *
postern_oidc_provider_dup_keys (PosternOidcProvider *self, PosternJwkSet *unknown, GCancellable *cancellable, GError **error)
{
  g_autoptr (PosternJwkSet) keys = unknown && may_rotate (self, unknown) ? NULL : cached_keys (self, FRESH);
  g_autoptr (GError) local = NULL;

  if (keys)
    return g_steal_pointer (&keys);
  keys = fetch_keys (self, cancellable, &local);
  if (!keys)
    keys = cached_keys (self, USABLE);
  if (!keys)
    g_propagate_error (error, g_steal_pointer (&local));
  return g_steal_pointer (&keys);
}
