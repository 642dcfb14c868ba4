/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhook.h"

#include "postern-http-client.h"
#include "postern-webhook-signature.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_MAX (64 * 1024) /* bytes; nothing of them is looked at */
#define MOST_DIGITS 9

/* --- how long the other side asks to be left alone -------------------------------------------------------------------- */

/* IMF-fixdate, the one form that is still sent (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT" */
static gint64
read_date (const char *text)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  g_autoptr (GDateTime) time = NULL;
  int day, year, hour, minute, second;
  char month[4];
  const char *found;

  if (strlen (text) != 29 || sscanf (text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT", &day, month, &year, &hour, &minute, &second) != 6)
    return 0;
  found = strlen (month) == 3 ? strstr (months, month) : NULL;
  if (found == NULL || (found - months) % 3 != 0)
    return 0;
  time = g_date_time_new_utc (year, (int) (found - months) / 3 + 1, day, hour, minute, second);
  return time ? g_date_time_to_unix (time) : 0;
}

gint64
postern_webhook_send_read_retry_after (const char *text, gint64 now)
{
  gsize length = strlen (text);

  if (length > 0 && length <= MOST_DIGITS && strspn (text, G_CSET_DIGITS) == length)
    return g_ascii_strtoll (text, NULL, 10);
  return MAX (0, read_date (text) - now);
}

static void
read_retry_after (GVariant *headers, PosternWebhookAnswer *answer)
{
  const char *text;

  if ((answer->status == 429 || answer->status == 503) && g_variant_lookup (headers, "retry-after", "&s", &text))
    answer->retry_after = postern_webhook_send_read_retry_after (text, answer->at);
}

/* --- sending ---------------------------------------------------------------------------------------------------------- */

static GVariant *
sign (PosternStore *store, const PosternWebhook *self, const PosternWebhookEvent *event, gint64 now, GError **error)
{
  PosternWebhookSecrets secrets;
  GVariant *headers;

  if (!postern_webhook_store_open_secrets (store, self, now, secrets, error))
    return NULL;
  headers = postern_webhook_signature_make_headers ((const char *const *) secrets, event->id, now, event->body, strlen (event->body));
  postern_webhook_store_close_secrets (secrets);
  return headers;
}

void
postern_webhook_send (PosternStore *store, const PosternWebhook *self, const PosternWebhookEvent *event, GCancellable *cancellable, PosternWebhookAnswer *answer)
{
  g_autoptr (GBytes) body = g_bytes_new_static (event->body, strlen (event->body)), reply = NULL;
  g_autoptr (GVariant) reply_headers = NULL;
  g_autoptr (GError) error = NULL;
  gint64 begun = g_get_monotonic_time ();
  GVariant *headers;

  memset (answer, 0, sizeof *answer);
  answer->at = g_get_real_time () / G_USEC_PER_SEC;
  headers = sign (store, self, event, answer->at, &error);
  if (headers != NULL)
    reply = postern_http_client_send_repeatable (postern_http_client_get_default (), self->url, headers, "application/json", body, ANSWER_MAX, &answer->status,
                                                 &reply_headers, cancellable, &error);
  answer->milliseconds = (g_get_monotonic_time () - begun) / 1000;
  answer->cancelled = g_cancellable_is_cancelled (cancellable);
  if (reply_headers != NULL)
    read_retry_after (reply_headers, answer);
  if (reply == NULL)
    answer->error = g_strdup (error ? error->message : "its secret is none");
}
