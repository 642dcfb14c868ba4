/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-webhook.h"

#include "postern-error.h"
#include "postern-http-client.h"
#include "postern-json.h"

#define NOW 1800000000

static PosternWebhook *
make (const char *url, const char *events)
{
  PosternWebhook *webhook = postern_webhook_new ();
  g_autofree char *text = g_strdup_printf ("{\"events\":%s}", events);
  g_autoptr (GVariant) object = postern_json_parse_object (text, -1, 0, NULL);

  webhook->id = postern_id_new ("whk");
  webhook->url = g_strdup (url);
  webhook->events = postern_json_get (object, "events");
  webhook->enabled = TRUE;
  webhook->position = 7;
  return webhook;
}

/* --- what one may be ------------------------------------------------------------------------------------------------ */

static void
check_refused (const char *url, const char *events, const char *member)
{
  g_autoptr (PosternWebhook) webhook = make (url, events);
  g_autoptr (GError) error = NULL;

  if (postern_webhook_validate (webhook, &error))
    g_error ("%s %s is taken", url, events);
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  g_assert_true (g_str_has_prefix (error->message, member));
}

static void
test_validate (void)
{
  static const char *const good[] = { "https://hooks.example/a?b=c", "https://hooks.example:8443/", "https://[2606:4700::1]/", NULL };
  static const char *const bad[] = { "", "http://hooks.example/", "ftp://hooks.example/", "https://u:p@hooks.example/", "https://", "//hooks.example/", "https://hooks.example/a b",
                                     "https://hooks.example/\r\nX: y", "file:///etc/passwd", "https://hooks.exämple/", NULL };
  static const char *const bad_events[] = { "[]", "[\"user\"]", "[\"user.creatd\"]", "[\"nobody.*\"]", "[\".*\"]", "[\"us*\"]", "[\"user.created\",7]", NULL };

  for (guint i = 0; good[i] != NULL; i++) {
    g_autoptr (PosternWebhook) webhook = make (good[i], "[\"user.created\", \"role.*\", \"*\"]");
    g_autoptr (GError) error = NULL;

    g_assert_true (postern_webhook_validate (webhook, &error));
    g_assert_no_error (error);
  }
  for (guint i = 0; bad[i] != NULL; i++)
    check_refused (bad[i], "[\"*\"]", "url: ");
  for (guint i = 0; bad_events[i] != NULL; i++)
    check_refused (good[0], bad_events[i], "events: ");
}

static void
test_wants (void)
{
  g_autoptr (PosternWebhook) some = make ("https://hooks.example/", "[\"user.created\", \"role.*\"]");
  g_autoptr (PosternWebhook) all = make ("https://hooks.example/", "[\"*\"]");

  g_assert_true (postern_webhook_wants (some, "user.created"));
  g_assert_true (postern_webhook_wants (some, "role.permission-added"));
  g_assert_false (postern_webhook_wants (some, "user.created-not"));
  g_assert_false (postern_webhook_wants (some, "user.deleted"));
  g_assert_false (postern_webhook_wants (some, "roles.assigned"));
  g_assert_true (postern_webhook_wants (all, "sign-in.failed"));
}

/* --- what is sent --------------------------------------------------------------------------------------------------- */

static void
test_body (void)
{
  g_autoptr (PosternAudit) entry = postern_audit_new ();
  g_auto (PosternWebhookEvent) event = { 0 };

  entry->id = g_strdup ("aud_01m8hqyz49encaned8h3htdtw5");
  entry->at = (gint64) NOW * G_USEC_PER_SEC + 1234;
  entry->event = g_strdup ("user.created");
  entry->target = g_strdup ("usr_1");
  entry->data = g_variant_ref_sink (g_variant_new_parsed ("{'members': <['email']>}"));
  postern_webhook_event_init (&event, entry, 41);
  g_assert_cmpstr (event.id, ==, entry->id);
  g_assert_cmpstr (event.body, ==, "{\"data\":{\"data\":{\"members\":[\"email\"]},\"id\":\"aud_01m8hqyz49encaned8h3htdtw5\",\"number\":41,\"target\":\"usr_1\"},"
                                   "\"timestamp\":\"2027-01-15T08:00:00.001234Z\",\"type\":\"user.created\"}");
}

/* --- what came of it ------------------------------------------------------------------------------------------------ */

static void
note (PosternWebhook *webhook, gint64 at, guint status, gint64 retry_after)
{
  PosternWebhookEvent event = { (char *) "aud_1", (char *) "user.created", webhook->position, (char *) "{}" };
  PosternWebhookAnswer answer = { .at = at, .status = status, .retry_after = retry_after };

  postern_webhook_note (webhook, &event, &answer);
}

static void
test_back_off (void)
{
  g_autoptr (PosternWebhook) webhook = make ("https://hooks.example/", "[\"*\"]");
  gint64 at = NOW, least = POSTERN_WEBHOOK_PAUSE * 4 / 5, most = POSTERN_WEBHOOK_PAUSE * 6 / 5;

  for (guint i = 1; i <= 12; i++) {
    note (webhook, at, i % 2 ? 500 : 302, 0);
    g_assert_cmpint (webhook->position, ==, 7);
    g_assert_cmpint (webhook->failures, ==, i);
    g_assert_cmpint (webhook->failing_since, ==, NOW);
    g_assert_cmpint (webhook->due_at, >=, at + MIN (least, POSTERN_WEBHOOK_PAUSE_MAX * 4 / 5));
    g_assert_cmpint (webhook->due_at, <=, at + MIN (most, POSTERN_WEBHOOK_PAUSE_MAX));
    least *= 3;
    most *= 3;
    at++;
  }
  note (webhook, at, 204, 0);
  g_assert_cmpint (webhook->position, ==, 8);
  g_assert_cmpint (webhook->delivered, ==, 1);
  g_assert_true (webhook->failures == 0 && webhook->failing_since == 0 && webhook->due_at == 0);
}

static void
test_retry_after (void)
{
  static const struct {
    const char *text;
    gint64 seconds;
  } rows[] = { { "120", 120 }, { "0", 0 }, { "-5", 0 }, { "1e9", 0 }, { "99999999999", 0 }, { "", 0 }, { "soon", 0 }, { "Fri, 15 Jan 2027 08:01:00 GMT", 60 }, { "Fri, 15 Jan 2027 07:00:00 GMT", 0 },
               { "Fri, 15 anF 2027 08:01:00 GMT", 0 }, { "Fri, 99 Jan 2027 08:01:00 GMT", 0 }, { "Friday, 15-Jan-27 08:01:00 GMT", 0 } };
  g_autoptr (PosternWebhook) webhook = make ("https://hooks.example/", "[\"*\"]");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (postern_webhook_send_read_retry_after (rows[i].text, NOW), ==, rows[i].seconds);
  note (webhook, NOW, 503, 3600);
  g_assert_cmpint (webhook->due_at, ==, NOW + 3600);
  note (webhook, NOW, 429, 10 * POSTERN_WEBHOOK_PAUSE_MAX);
  g_assert_cmpint (webhook->due_at, ==, NOW + POSTERN_WEBHOOK_PAUSE_MAX);
}

static void
test_switched_off (void)
{
  g_autoptr (PosternWebhook) gone = make ("https://hooks.example/", "[\"*\"]"), failing = make ("https://hooks.example/", "[\"*\"]");

  note (gone, NOW, 410, 0);
  g_assert_false (gone->enabled);
  g_assert_cmpstr (gone->disabled_reason, ==, "gone");
  note (failing, NOW, 0, 0);
  note (failing, NOW + POSTERN_WEBHOOK_GIVE_UP - 1, 404, 0);
  g_assert_true (failing->enabled);
  note (failing, NOW + POSTERN_WEBHOOK_GIVE_UP, 404, 0);
  g_assert_false (failing->enabled);
  g_assert_cmpstr (failing->disabled_reason, ==, "failing");
  postern_webhook_switch_on (failing);
  g_assert_true (failing->enabled && failing->failures == 0 && failing->due_at == 0 && failing->disabled_reason == NULL);
}

/* The pause begins when it has failed, and not when it was tried: who does not answer is not asked again at once. */
static void
test_slow (void)
{
  g_autoptr (PosternWebhook) webhook = make ("https://hooks.example/", "[\"*\"]");
  PosternWebhookEvent event = { (char *) "aud_1", (char *) "user.created", 7, (char *) "{}" };
  PosternWebhookAnswer answer = { .at = NOW, .milliseconds = 10000 };

  postern_webhook_note (webhook, &event, &answer);
  g_assert_cmpint (webhook->due_at, >=, NOW + 10 + POSTERN_WEBHOOK_PAUSE * 4 / 5);
}

/* However often it fails, no more is kept of it. */
static void
test_attempts (void)
{
  g_autoptr (PosternWebhook) webhook = make ("https://hooks.example/", "[\"*\"]");
  g_autoptr (GVariant) first = NULL;

  for (guint i = 0; i < 3 * POSTERN_WEBHOOK_ATTEMPTS_MAX; i++)
    note (webhook, NOW + i, 500, 0);
  g_assert_cmpuint (g_variant_n_children (webhook->attempts), ==, POSTERN_WEBHOOK_ATTEMPTS_MAX);
  g_variant_get_child (webhook->attempts, 0, "v", &first);
  g_assert_cmpint (postern_json_get_int64 (first, "at", 0), ==, NOW + 2 * POSTERN_WEBHOOK_ATTEMPTS_MAX);
}

/* Never longer than whoever asks will wait, however often it failed; and not all at the same moment. */
static void
test_pause (void)
{
  gint64 least = G_MAXINT64, longest = 0;

  for (guint i = 0; i < 200; i++) {
    gint64 first = postern_webhook_choose_pause (1, 300), late = postern_webhook_choose_pause (5 + i, 300), near = postern_webhook_choose_pause (4, 130);

    g_assert_true (first >= POSTERN_WEBHOOK_PAUSE * 4 / 5 && first <= POSTERN_WEBHOOK_PAUSE * 6 / 5);
    g_assert_true (late >= 300 * 4 / 5 && late <= 300);
    g_assert_true (near >= 135 * 4 / 5 && near <= 130);
    least = MIN (least, near);
    longest = MAX (longest, near);
  }
  g_assert_cmpint (least, <, longest);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/webhook/pause", test_pause);
  g_test_add_func ("/webhook/validate", test_validate);
  g_test_add_func ("/webhook/wants", test_wants);
  g_test_add_func ("/webhook/body", test_body);
  g_test_add_func ("/webhook/back-off", test_back_off);
  g_test_add_func ("/webhook/retry-after", test_retry_after);
  g_test_add_func ("/webhook/switched-off", test_switched_off);
  g_test_add_func ("/webhook/slow", test_slow);
  g_test_add_func ("/webhook/attempts", test_attempts);
  return g_test_run ();
}
