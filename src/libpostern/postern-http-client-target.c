/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-http-client-target.h"
#include "postern-error.h"

struct _PosternHttpClientTarget {
  GNetworkAddress parent_instance;
  PosternHttpClientGuard *guard;
  gboolean plain;
};

/* Hands on what an inner enumerator finds, as far as the guard takes it. */
#define TYPE_FILTER (filter_get_type ())
G_DECLARE_FINAL_TYPE (Filter, filter, POSTERN, HTTP_CLIENT_FILTER, GSocketAddressEnumerator)

struct _Filter {
  GSocketAddressEnumerator parent_instance;
  GSocketAddressEnumerator *inner;
  PosternHttpClientTarget *target;
  gboolean listed;
  gboolean gave, refused;
};

G_DEFINE_FINAL_TYPE (Filter, filter, G_TYPE_SOCKET_ADDRESS_ENUMERATOR)

static gboolean
filter_takes (Filter *self, GSocketAddress *address)
{
  GInetAddress *inet;

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return FALSE;
  if (self->listed)
    return TRUE;
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  return postern_http_client_guard_takes_address (self->target->guard, inet, self->target->plain);
}

static void
filter_set_error (Filter *self, GError **error)
{
  if (self->refused && !self->gave)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER,
                 "every address of the host is private or reserved; put it on the outbound allow-list if that is meant");
}

static GSocketAddress *
filter_next (GSocketAddressEnumerator *enumerator, GCancellable *cancellable, GError **error)
{
  Filter *self = POSTERN_HTTP_CLIENT_FILTER (enumerator);
  g_autoptr (GError) local = NULL;
  GSocketAddress *address;

  while ((address = g_socket_address_enumerator_next (self->inner, cancellable, &local))) {
    if (filter_takes (self, address)) {
      self->gave = TRUE;
      return address;
    }
    self->refused = TRUE;
    g_object_unref (address);
  }
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    filter_set_error (self, error);
  return NULL;
}

static void
filter_finalize (GObject *object)
{
  Filter *self = POSTERN_HTTP_CLIENT_FILTER (object);

  g_clear_object (&self->inner);
  g_clear_object (&self->target);
  G_OBJECT_CLASS (filter_parent_class)->finalize (object);
}

static void
filter_class_init (FilterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = filter_finalize;
  G_SOCKET_ADDRESS_ENUMERATOR_CLASS (klass)->next = filter_next;
}

static void
filter_init (Filter *self)
{
}

/* A fresh inner address each time: GNetworkAddress remembers what it resolved for ever, and providers move. */
static GSocketAddressEnumerator *
enumerate (GSocketConnectable *connectable)
{
  PosternHttpClientTarget *self = POSTERN_HTTP_CLIENT_TARGET (connectable);
  GNetworkAddress *address = G_NETWORK_ADDRESS (connectable);
  const char *host = g_network_address_get_hostname (address);
  guint16 port = g_network_address_get_port (address);
  g_autoptr (GSocketConnectable) fresh = g_network_address_new (host, port);
  Filter *filter = g_object_new (TYPE_FILTER, NULL);

  filter->inner = g_socket_connectable_enumerate (fresh);
  filter->target = g_object_ref (self);
  filter->listed = postern_http_client_guard_is_listed (self->guard, host, port);
  return G_SOCKET_ADDRESS_ENUMERATOR (filter);
}

static void
connectable_init (GSocketConnectableIface *iface)
{
  iface->enumerate = enumerate;
  iface->proxy_enumerate = enumerate; /* there is no way round the filter */
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PosternHttpClientTarget, postern_http_client_target, G_TYPE_NETWORK_ADDRESS,
                               G_IMPLEMENT_INTERFACE (G_TYPE_SOCKET_CONNECTABLE, connectable_init))

static void
postern_http_client_target_class_init (PosternHttpClientTargetClass *klass)
{
}

static void
postern_http_client_target_init (PosternHttpClientTarget *self)
{
}

PosternHttpClientTarget *
postern_http_client_target_new (PosternHttpClientGuard *guard, const char *host, guint16 port, gboolean plain)
{
  PosternHttpClientTarget *self = g_object_new (POSTERN_TYPE_HTTP_CLIENT_TARGET, "hostname", host, "port", (guint) port, NULL);

  self->guard = guard;
  self->plain = plain;
  return self;
}
