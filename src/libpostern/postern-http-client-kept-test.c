/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that are kept: for which question, for how long, and what comes of one that the other side has closed. */
#define IDLE_MS 60000
#include "postern-http-client-idle.c"
#include "postern-http-client.c"

#include "postern-receiver-fixture.h"

#define PATIENCE 30 /* seconds */

typedef struct {
  PosternHttpClient *client;
  FixtureReceiver *receiver;
} World;

static void
world_init (World *self, const char *answer)
{
  static const char *const allow[] = { "127.0.0.1", "localhost", NULL };

  self->client = g_object_new (POSTERN_TYPE_HTTP_CLIENT, NULL);
  g_assert_true (postern_http_client_configure (self->client, allow, NULL, NULL));
  self->receiver = fixture_receiver_new (answer);
}

static void
world_clear (World *self)
{
  fixture_receiver_free (self->receiver);
  g_object_unref (self->client);
}

/* Returns: the status; 0: no answer */
static guint
send_to (World *self, const char *url, const char *id)
{
  GVariant *headers = g_variant_new_parsed ("{'webhook-id': %s}", id);
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2), reply = NULL;
  g_autoptr (GError) error = NULL;
  guint status = 0;

  reply = postern_http_client_send_repeatable (self->client, url, headers, "application/json", body, 0, &status, NULL, NULL, &error);
  g_test_message ("%s: %u %s", id, status, error ? error->message : "");
  return reply ? status : 0;
}

static guint
send_one (World *self, const char *id)
{
  return send_to (self, self->receiver->url, id);
}

static guint
count_idle (World *self)
{
  g_mutex_lock (&self->client->idle->mutex);
  guint n = self->client->idle->kept.length;
  g_mutex_unlock (&self->client->idle->mutex);
  return n;
}

static void
await_close (World *self)
{
  GSocket *socket;

  g_mutex_lock (&self->client->idle->mutex);
  socket = g_object_ref (g_socket_connection_get_socket (G_SOCKET_CONNECTION (((Kept *) self->client->idle->kept.head->data)->stream)));
  g_mutex_unlock (&self->client->idle->mutex);
  g_assert_true (g_socket_condition_timed_wait (socket, G_IO_IN, PATIENCE * G_TIME_SPAN_SECOND, NULL, NULL));
  g_object_unref (socket);
}

/* --- tests ------------------------------------------------------------------------------------------------------------ */

static void
test_kept (void)
{
  static const char *const framed[] = {
    FIXTURE_ANSWER ("200 OK"), FIXTURE_ANSWER ("500 No"), "HTTP/1.1 204 Yes\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (framed); i++) {
    World world;

    world_init (&world, framed[i]);
    for (guint j = 0; j < 3; j++)
      g_assert_cmpuint (send_one (&world, "evt_1"), !=, 0);
    g_assert_cmpuint (world.receiver->connections, ==, 1);
    g_assert_cmpuint (fixture_receiver_count (world.receiver), ==, 3);
    world_clear (&world);
  }
}

/* What says that it is the last, what has no length, what is of another time, and what says more than was asked. */
static void
test_not_kept (void)
{
  static const char *const last[] = {
    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 307 Go\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (last); i++) {
    World world;

    world_init (&world, last[i]);
    g_assert_cmpuint (send_one (&world, "evt_1"), ==, i == 3 ? 0 : 200);
    g_assert_cmpuint (send_one (&world, "evt_2"), ==, i == 3 ? 0 : 200);
    g_assert_cmpuint (world.receiver->connections, ==, 2);
    g_assert_cmpuint (count_idle (&world), ==, 0);
    world_clear (&world);
  }
}

/* A question that must not arrive twice neither leaves one behind nor takes one. */
static void
test_others (void)
{
  World world;

  world_init (&world, FIXTURE_ANSWER ("200 OK"));
  g_assert_cmpuint (send_one (&world, "evt_1"), ==, 200);
  for (guint i = 0; i < 2; i++)
    g_bytes_unref (postern_http_client_send (world.client, "POST", world.receiver->url, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL));
  g_assert_cmpuint (world.receiver->connections, ==, 3);
  g_assert_cmpuint (count_idle (&world), ==, 1);
  world_clear (&world);
}

/* It stands for a scheme, a host and a port; that another name leads to the same address does not matter. */
static void
test_other_origin (void)
{
  World world;
  g_autofree char *other = NULL;

  world_init (&world, FIXTURE_ANSWER ("200 OK"));
  other = g_strdup_printf ("http://localhost%s/in", strrchr (world.receiver->place, ':'));
  g_assert_cmpuint (send_one (&world, "evt_1"), ==, 200);
  g_assert_cmpuint (send_to (&world, other, "evt_2"), ==, 200);
  g_assert_cmpuint (send_one (&world, "evt_3"), ==, 200);
  g_assert_cmpuint (world.receiver->connections, ==, 2);
  world_clear (&world);
}

/* The other side may close it at any time: as it is seen in time, nothing comes twice. */
static void
test_closed (void)
{
  World world;

  world_init (&world, FIXTURE_ANSWER ("200 OK"));
  world.receiver->answers_each = 1;
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpuint (send_one (&world, "evt_1"), ==, 200);
    await_close (&world);
  }
  g_assert_cmpuint (fixture_receiver_count (world.receiver), ==, 3);
  g_assert_cmpuint (world.receiver->connections, ==, 3);
  world_clear (&world);
}

/* … or just when the next one is on its way, taken or not: it comes again, and can be known by its id. */
static void
test_closed_late (void)
{
  World world;
  g_autofree char *second = NULL, *third = NULL;

  world_init (&world, FIXTURE_ANSWER ("200 OK"));
  world.receiver->answers_each = 1;
  world.receiver->drops = TRUE;
  g_assert_cmpuint (send_one (&world, "evt_1"), ==, 200);
  g_assert_cmpuint (send_one (&world, "evt_2"), ==, 200);
  g_assert_cmpuint (fixture_receiver_count (world.receiver), ==, 3);
  second = fixture_receiver_dup_header (world.receiver, 1, "webhook-id");
  third = fixture_receiver_dup_header (world.receiver, 2, "webhook-id");
  g_assert_cmpstr (second, ==, "evt_2");
  g_assert_cmpstr (third, ==, "evt_2");
  world_clear (&world);
}

static void
cut_off (FixtureReceiver *receiver, gpointer data)
{
  if (fixture_receiver_count (receiver) > 1)
    fixture_receiver_set_answer (receiver, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
}

/* Of what had begun to be answered nobody knows what became: that is a failure, and for the sender to judge. */
static void
test_cut_off (void)
{
  World world;

  world_init (&world, FIXTURE_ANSWER ("200 OK"));
  world.receiver->on_request = cut_off;
  world.receiver->answers_each = 2;
  g_assert_cmpuint (send_one (&world, "evt_1"), ==, 200);
  g_assert_cmpuint (send_one (&world, "evt_2"), ==, 0);
  g_assert_cmpuint (fixture_receiver_count (world.receiver), ==, 2);
  g_assert_cmpuint (world.receiver->connections, ==, 1);
  world_clear (&world);
}

/* Nobody's use keeps it open, nor can it be kept for ever by being used. */
static void
test_over (void)
{
  World world;
  gint64 end = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC, made_at;
  g_autoptr (GIOStream) stream = NULL;
  g_autofree char *place = NULL;

  world_init (&world, FIXTURE_ANSWER ("200 OK"));
  place = g_strdup_printf ("http://%s", world.receiver->place);
  world.client->idle->milliseconds = 20;
  g_assert_cmpuint (send_one (&world, "evt_1"), ==, 200);
  while (count_idle (&world) > 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, end);
    g_usleep (1000);
  }
  world.client->idle->milliseconds = IDLE_MS;
  g_assert_cmpuint (send_one (&world, "evt_2"), ==, 200);
  g_assert_cmpuint (world.receiver->connections, ==, 2);
  stream = postern_http_client_idle_take (world.client->idle, place, &made_at);
  g_assert_nonnull (stream);
  postern_http_client_idle_put (world.client->idle, place, g_steal_pointer (&stream), made_at - LIFE);
  g_assert_null (postern_http_client_idle_take (world.client->idle, place, &made_at));
  world_clear (&world);
}

/* However many places are sent to, few stay open, the latest ones. */
static void
test_most (void)
{
  World world;

  world_init (&world, FIXTURE_ANSWER ("200 OK"));
  for (guint i = 0; i < MOST + 3; i++) {
    g_autofree char *place = g_strdup_printf ("http://%u.example:80", i);
    g_autoptr (GInputStream) input = g_memory_input_stream_new ();
    g_autoptr (GOutputStream) output = g_memory_output_stream_new_resizable ();

    postern_http_client_idle_put (world.client->idle, place, g_simple_io_stream_new (input, output), g_get_monotonic_time ());
    g_assert_cmpuint (count_idle (&world), <=, MOST);
  }
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http-client/kept", test_kept);
  g_test_add_func ("/http-client/kept/not", test_not_kept);
  g_test_add_func ("/http-client/kept/others", test_others);
  g_test_add_func ("/http-client/kept/other-origin", test_other_origin);
  g_test_add_func ("/http-client/kept/closed", test_closed);
  g_test_add_func ("/http-client/kept/closed-late", test_closed_late);
  g_test_add_func ("/http-client/kept/cut-off", test_cut_off);
  g_test_add_func ("/http-client/kept/over", test_over);
  g_test_add_func ("/http-client/kept/most", test_most);
  return g_test_run ();
}
