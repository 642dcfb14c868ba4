/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "postern-http-client.h"

static gboolean
write_text (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
raise_loopback (void)
{
  struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean up = fd >= 0 && ioctl (fd, SIOCSIFFLAGS, &request) == 0;

  if (fd >= 0)
    close (fd);
  return up;
}

/* The same user within as without, or nothing here would belong to us any more. */
static void
map_user (uid_t uid, gid_t gid)
{
  g_autofree char *uids = g_strdup_printf ("%u %u 1", (guint) uid, (guint) uid), *gids = g_strdup_printf ("%u %u 1", (guint) gid, (guint) gid);

  (void) write_text ("/proc/self/setgroups", "deny");
  (void) write_text ("/proc/self/uid_map", uids);
  (void) write_text ("/proc/self/gid_map", gids);
}

void
postern_contract_host_isolate (void)
{
  struct rlimit none = { 0, 0 };
  uid_t uid = geteuid ();
  gid_t gid = getegid ();

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setrlimit (RLIMIT_CORE, &none);
  if (unshare (CLONE_NEWUSER | CLONE_NEWNET) == 0)
    {
      map_user (uid, gid);
      if (!raise_loopback ())
        g_print ("# there is no loopback here; nothing can be said about a provider that hangs\n");
    }
  else
    g_print ("# no network namespace can be had here; a plugin with fixed addresses may reach its provider\n");
}

/* Connections are taken by the kernel, and nobody ever reads them. Held until the process ends. */
static guint16
listen_deafly (void)
{
  static GSocket *deaf;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0), bound = NULL;

  deaf = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  if (deaf && g_socket_bind (deaf, address, TRUE, NULL) && g_socket_listen (deaf, NULL))
    bound = g_socket_get_local_address (deaf, NULL);
  return bound ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)) : 1;
}

void
postern_contract_host_start (PosternContract *self)
{
  const char *const allow[] = { "127.0.0.1", NULL };

  postern_http_client_configure (postern_http_client_get_default (), allow, NULL, NULL);
  self->refusing_url = g_strdup ("http://127.0.0.1:1/");
  self->hanging_url = g_strdup_printf ("http://127.0.0.1:%u/", listen_deafly ());
}
