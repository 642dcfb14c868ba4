/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-json.h"
#include "postern-request-private.h"
#include "postern-server-private.h"

#include <string.h>
#include <time.h>

#define SEGMENT_MAX 24

static void
add_member (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, ",\"%s\":", name);
  postern_json_append_string (out, value ? value : "");
}

static void
add_time (GString *out)
{
  gint64 now = g_get_real_time ();
  time_t seconds = (time_t) (now / G_USEC_PER_SEC);
  struct tm parts;
  char text[32];

  gmtime_r (&seconds, &parts);
  strftime (text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  g_string_append_printf (out, "{\"time\":\"%s.%03dZ\",\"type\":\"access\"", text, (int) (now % G_USEC_PER_SEC / 1000));
}

/* Nobody knows what a path without a route carries; what is long enough to be a secret does not stand in a log. */
static char *
redact (const char *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);

  for (char **segment = segments; *segment; segment++)
    if (strlen (*segment) > SEGMENT_MAX) {
      g_free (*segment);
      *segment = g_strdup ("…");
    }
  return g_strjoinv ("/", segments);
}

/* A path with captures may carry a handle that is nobody else's business: then the pattern stands here. */
void
postern_server_log_write (GString *out, PosternServerCall *call, guint status, gsize bytes)
{
  PosternRequest *request = call->request;
  g_autofree char *unknown = call->match.route ? NULL : redact (postern_request_get_path (request));
  const char *path = unknown ? unknown : call->match.n_captures ? call->match.route->pattern : postern_request_get_path (request);

  add_time (out);
  add_member (out, "id", postern_request_get_id (request));
  if (postern_request_get_tenant (request) && *postern_request_get_tenant (request))
    add_member (out, "tenant", postern_request_get_tenant (request));
  add_member (out, "method", postern_request_get_method (request));
  add_member (out, "path", path);
  add_member (out, "address", postern_request_get_remote_address (request));
  g_string_append_printf (out, ",\"status\":%u,\"bytes\":%zu,\"us\":%" G_GINT64_FORMAT "}\n", status, bytes,
                          g_get_monotonic_time () - call->exchange->began);
}
