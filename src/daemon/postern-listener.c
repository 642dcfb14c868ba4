/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-listener.h"

#include "postern-config-address.h"
#include "postern-error.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 4096 /* the kernel caps it at net.core.somaxconn */
#define FIRST_FD 3   /* sd_listen_fds(3) */

void
postern_listener_free (PosternListener *self)
{
  if (!self)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->role);
  g_free (self->address);
  g_free (self);
}

static PosternListener *
listener_new (const char *role, const char *address, int fd)
{
  PosternListener *self = g_new0 (PosternListener, 1);
  self->role = g_strdup (role);
  self->address = g_strdup (address);
  self->fd = fd;
  return self;
}

static int
fail (int fd, GError **error, const char *address, const char *advice)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "cannot listen on %s: %s; %s", address, g_strerror (errno), advice);
  if (fd >= 0)
    close (fd);
  return -1;
}

static const char *
advice_for (int code)
{
  switch (code) {
  case EADDRINUSE:
    return "another program uses it: stop that, or choose another with --listen ADDRESS:PORT";
  case EACCES:
    return "ports below 1024 need CAP_NET_BIND_SERVICE: use socket activation, or choose another with --listen ADDRESS:PORT";
  case EADDRNOTAVAIL:
    return "this machine has no such address: correct server.listen";
  default:
    return "correct server.listen";
  }
}

static int
open_tcp (const char *text, GError **error)
{
  struct sockaddr_storage address;
  const int on = 1;
  socklen_t length = postern_config_address_parse (text, &address);
  int fd = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return fail (fd, error, text, "the system has no such address family");
  setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted connections inherit it */
  if (address.ss_family == AF_INET6)
    setsockopt (fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (bind (fd, (struct sockaddr *) &address, length) != 0 || listen (fd, BACKLOG) != 0)
    return fail (fd, error, text, advice_for (errno));
  return fd;
}

/* The data folder's lock is ours, so a socket file that is there was left by a server that died. */
static int
open_unix (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (strlen (path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return fail (-1, error, path, "a socket's path has at most 107 bytes: choose a shorter one with --admin-socket PATH");
  }
  memcpy (address.sun_path, path, strlen (path));
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return fail (fd, error, path, "the system has no local sockets");
  unlink (path);
  mode_t mask = umask (0077);
  gboolean bound = bind (fd, (struct sockaddr *) &address, sizeof address) == 0;
  umask (mask);
  if (!bound || listen (fd, BACKLOG) != 0)
    return fail (fd, error, path, "make its folder writable, or choose another with --admin-socket PATH");
  return fd;
}

/* (transfer full) (nullable): a copy of the one that is open already */
static PosternListener *
reuse (GPtrArray *before, const char *role, const char *address)
{
  for (guint i = 0; before && i < before->len; i++) {
    PosternListener *old = before->pdata[i];
    if (g_str_equal (old->role, role) && g_strcmp0 (old->address, address) == 0)
      return listener_new (role, address, fcntl (old->fd, F_DUPFD_CLOEXEC, FIRST_FD));
  }
  return NULL;
}

static gboolean
add (GPtrArray *listeners, GPtrArray *before, const char *role, const char *address, GError **error)
{
  PosternListener *listener = reuse (before, role, address);
  if (!listener) {
    int fd = g_str_equal (role, "admin") ? open_unix (address, error) : open_tcp (address, error);
    if (fd < 0)
      return FALSE;
    listener = listener_new (role, address, fd);
  }
  g_ptr_array_add (listeners, listener);
  return TRUE;
}

/* Those of the service manager come first and take the place of the configured ones of their role. */
static gboolean
keep_activated (GPtrArray *listeners, GPtrArray *before, const char *role)
{
  gboolean any = FALSE;
  for (guint i = 0; before && i < before->len; i++) {
    PosternListener *old = before->pdata[i];
    if (old->address || !g_str_equal (old->role, role))
      continue;
    g_ptr_array_add (listeners, listener_new (role, NULL, fcntl (old->fd, F_DUPFD_CLOEXEC, FIRST_FD)));
    any = TRUE;
  }
  return any;
}

GPtrArray *
postern_listener_open_all (PosternConfig *config, GPtrArray *before, GError **error)
{
  static const struct {
    const char *role, *setting;
  } tcp[] = { { "public", "server.listen" }, { "management", "server.management-listen" } };
  g_autoptr (GPtrArray) listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_listener_free);
  for (guint i = 0; i < G_N_ELEMENTS (tcp); i++) {
    const char *const *addresses = postern_config_get_strv (config, tcp[i].setting);
    gboolean activated = keep_activated (listeners, before, tcp[i].role);
    for (guint k = 0; !activated && addresses[k]; k++)
      if (!add (listeners, before, tcp[i].role, addresses[k], error))
        return NULL;
  }
  if (!keep_activated (listeners, before, "admin") &&
      !add (listeners, before, "admin", postern_config_get_string (config, "server.admin-socket"), error))
    return NULL;
  return g_steal_pointer (&listeners);
}

GPtrArray *
postern_listener_take_activated (void)
{
  GPtrArray *listeners = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_listener_free);
  const char *pid = g_getenv ("LISTEN_PID"), *count = g_getenv ("LISTEN_FDS");
  guint64 us = 0, n = 0;
  g_auto (GStrv) names = g_strsplit (g_getenv ("LISTEN_FDNAMES") ? g_getenv ("LISTEN_FDNAMES") : "", ":", -1);
  gboolean ours = pid && count && g_ascii_string_to_unsigned (pid, 10, 1, G_MAXINT32, &us, NULL) && us == (guint64) getpid () &&
                  g_ascii_string_to_unsigned (count, 10, 1, 64, &n, NULL);
  for (guint i = 0, name = 0; ours && i < n; i++) {
    const char *given = names[name] ? names[name++] : "";
    const char *role = g_str_equal (given, "management") || g_str_equal (given, "admin") ? given : "public";
    int fd = FIRST_FD + (int) i;
    if (fcntl (fd, F_SETFD, FD_CLOEXEC) == 0)
      g_ptr_array_add (listeners, listener_new (role, NULL, fd));
  }
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  g_unsetenv ("LISTEN_FDNAMES");
  return listeners;
}

char *
postern_listener_describe (GPtrArray *listeners)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < listeners->len; i++) {
    PosternListener *listener = listeners->pdata[i];
    g_string_append_printf (text, "%s%s:%d", i ? " " : "", listener->role, listener->fd);
  }
  return g_string_free (text, FALSE);
}
