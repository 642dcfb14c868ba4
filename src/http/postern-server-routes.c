/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-server-private.h"

#include <string.h>

static PosternResponse *
new_text (guint status, const char *text)
{
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));

  return postern_response_new (status, "text/plain; charset=utf-8", body);
}

/* Alive means: an I/O thread answers. */
static PosternResponse *
livez (PosternRequest *request, gpointer user_data)
{
  return new_text (200, "ok\n");
}

static PosternResponse *
readyz (PosternRequest *request, gpointer user_data)
{
  PosternServer *self = user_data;

  if (g_atomic_int_get (&self->draining))
    return new_text (503, "draining\n");
  return g_atomic_int_get (&self->ready) ? new_text (200, "ok\n") : new_text (503, "not ready\n");
}

static void
add_metric (GString *out, const char *name, const char *type, const char *help, gint value)
{
  g_string_append_printf (out, "# HELP postern_%s %s\n# TYPE postern_%s %s\npostern_%s %d\n", name, help, name, type, name, value);
}

static void
add_classes (PosternServer *self, GString *out)
{
  g_string_append (out, "# HELP postern_http_requests_total Requests by class of status; 0 is a client that left.\n"
                        "# TYPE postern_http_requests_total counter\n");
  for (guint i = 0; i < POSTERN_SERVER_CLASSES; i++)
    g_string_append_printf (out, "postern_http_requests_total{class=\"%u%s\"} %d\n", i, i ? "xx" : "", g_atomic_int_get (&self->classes[i]));
}

/* Prometheus' text format, version 0.0.4. */
static PosternResponse *
metrics (PosternRequest *request, gpointer user_data)
{
  PosternServer *self = user_data;
  PosternGateCounters *gate = postern_gate_get_counters (self->gate);
  GString *out = g_string_new (NULL);
  g_autoptr (GBytes) body = NULL;
  guint waiting, running;

  postern_gate_get_load (self->gate, &waiting, &running);
  add_classes (self, out);
  add_metric (out, "http_connections", "gauge", "Open connections.", g_atomic_int_get (&gate->connections));
  add_metric (out, "http_buffered_bytes", "gauge", "Bytes of requests that are not answered yet.", g_atomic_int_get (&gate->buffered));
  add_metric (out, "http_accepted_total", "counter", "Connections accepted.", g_atomic_int_get (&gate->accepted));
  add_metric (out, "http_turned_away_total", "counter", "Connections closed because of a limit.", g_atomic_int_get (&gate->turned_away));
  add_metric (out, "http_refused_total", "counter", "Requests refused by the wire guard.", g_atomic_int_get (&gate->refused));
  add_metric (out, "http_timed_out_total", "counter", "Requests that did not arrive in time.", g_atomic_int_get (&gate->timed_out));
  add_metric (out, "http_rate_limited_total", "counter", "Requests beyond the rate of their address.", g_atomic_int_get (&self->limited));
  add_metric (out, "handler_overload_total", "counter", "Requests refused because too many waited for a handler.", g_atomic_int_get (&self->overloaded));
  add_metric (out, "handler_waiting", "gauge", "Requests waiting for a handler thread.", (gint) waiting);
  add_metric (out, "handler_running", "gauge", "Requests on a handler thread.", (gint) running);
  body = g_string_free_to_bytes (out);
  return postern_response_new (200, "text/plain; version=0.0.4; charset=utf-8", body);
}

static PosternResponse *
assets (PosternRequest *request, gpointer pages)
{
  return postern_assets_serve (postern_pages_get_assets (pages), request);
}

const PosternRoute postern_server_routes_common[] = {
  { "GET", "/livez", livez, livez, 0, POSTERN_ROUTE_DEFAULT },
  { "GET", "/readyz", readyz, readyz, 0, POSTERN_ROUTE_DEFAULT },
  { NULL },
};

const PosternRoute postern_server_routes_management[] = {
  { "GET", "/metrics", metrics, metrics, 0, POSTERN_ROUTE_DEFAULT },
  { NULL },
};

const PosternRoute postern_server_routes_assets[] = {
  { "GET", "/assets/{rest...}", assets, assets, 0, POSTERN_ROUTE_LOOK },
  { NULL },
};
