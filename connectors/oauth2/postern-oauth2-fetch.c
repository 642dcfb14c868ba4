/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oauth2-fetch.h"

#include <string.h>

#define MAX_BYTES (256 * 1024)

static GVariant *
make_headers (const char *authorization, GVariant *more)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  GVariantIter iter;
  const char *name, *value;

  if (!more || !g_variant_lookup (more, "Accept", "&s", &value))
    g_variant_builder_add (&builder, "{ss}", "Accept", "application/json");
  if (authorization)
    g_variant_builder_add (&builder, "{ss}", "Authorization", authorization);
  if (more) {
    g_variant_iter_init (&iter, more);
    while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
      g_variant_builder_add (&builder, "{ss}", name, value);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* The part before the query, which may hold a secret: the message goes to the log. */
static void
fail (GError **error, const char *url, guint status, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "%.*s: status %u, and the answer is no JSON %s", (int) strcspn (url, "?"), url, status, what);
}

GVariant *
postern_oauth2_fetch (const char *url, const char *form, const char *authorization, GVariant *headers, guint *status,
                      GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) list = make_headers (authorization, headers);
  g_autoptr (GBytes) body = form ? g_bytes_new (form, strlen (form)) : NULL;
  g_autoptr (GBytes) answer = postern_http_client_send (postern_http_client_get_default (), form ? "POST" : "GET", url, list,
                                                        form ? "application/x-www-form-urlencoded" : NULL, body, MAX_BYTES, status, NULL, cancellable, error);
  g_autoptr (GVariant) document = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *what = NULL;
  gsize length = 0;
  const char *text;

  if (!answer)
    return NULL;
  text = g_bytes_get_data (answer, &length);
  document = text ? postern_json_parse (text, (gssize) length, MAX_BYTES, &local) : NULL;
  if (document)
    return g_steal_pointer (&document);
  what = g_strdup_printf ("(%s)", local ? local->message : "it is empty");
  fail (error, url, *status, what);
  return NULL;
}

GVariant *
postern_oauth2_fetch_object (const char *url, const char *form, const char *authorization, GVariant *headers, guint *status,
                             GCancellable *cancellable, GError **error)
{
  g_autoptr (GVariant) document = postern_oauth2_fetch (url, form, authorization, headers, status, cancellable, error);

  if (document && !g_variant_is_of_type (document, G_VARIANT_TYPE_VARDICT)) {
    fail (error, url, *status, "object");
    return NULL;
  }
  return g_steal_pointer (&document);
}
