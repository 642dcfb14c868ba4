/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-courier.h"

#include "postern-http-client.h"
#include "postern-jws.h"
#include "postern-oidc-json.h"

#include <string.h>

#define THREADS 4
#define MAX_WAITING 10000
#define TRIES 3
#define TOKEN_LIFETIME 120 /* seconds, as the specification recommends */
#define REST 60            /* seconds in which nothing is carried to who did not take one letter in all its tries */
#define EVENT "http://schemas.openid.net/event/backchannel-logout"

struct _PosternOidcCourier {
  GThreadPool *pool;     /* of addresses, each in it once: one that hangs holds one thread */
  GCancellable *closing; /* fires when the worker ends: no more second tries */

  GMutex mutex; /* guards what follows */
  GHashTable *addresses; /* (element-type utf8 Address) */
  guint waiting;
};

typedef struct {
  GBytes *body;
  gint64 until; /* monotonic: when its token has expired */
} Letter;

typedef struct {
  char *url;
  GQueue letters;
  gboolean under_way; /* in the pool, or on one of its threads */
  gint64 rests_until; /* monotonic; 0: it took the last one */
} Address;

static void
letter_free (Letter *self)
{
  g_bytes_unref (self->body);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Letter, letter_free)

static void
address_free (gpointer data)
{
  Address *self = data;

  g_queue_clear_full (&self->letters, (GDestroyNotify) letter_free);
  g_free (self->url);
  g_free (self);
}

/* 200 and 204 are a yes (section 2.8); 400 is a no that asking again will not change. */
static gboolean
carry (const char *url, Letter *letter)
{
  guint status = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) reply = postern_http_client_send (postern_http_client_get_default (), "POST", url, NULL, "application/x-www-form-urlencoded",
                                                       letter->body, 16 * 1024, &status, NULL, NULL, &error);

  if (reply && (status / 100 == 2 || status == 400)) {
    if (status == 400)
      g_message ("%s refuses our logout token", url);
    return TRUE;
  }
  g_message ("The logout token did not reach %s: %s", url, error ? error->message : "the answer is not 200");
  return FALSE;
}

/* Waits 1 s, then 4 s, unless the worker ends. */
static gboolean
pause_before (guint attempt, GCancellable *closing)
{
  for (guint tenths = attempt == 0 ? 0 : attempt == 1 ? 10 : 40; tenths > 0; tenths--) {
    if (g_cancellable_is_cancelled (closing))
      return FALSE;
    g_usleep (G_USEC_PER_SEC / 10);
  }
  return TRUE;
}

/* The next letter that is still worth carrying; the others are dropped. The lock is held. */
static Letter *
next_letter (PosternOidcCourier *self, Address *address)
{
  gint64 now = g_get_monotonic_time ();
  Letter *letter;

  while ((letter = g_queue_pop_head (&address->letters))) {
    self->waiting--;
    if (now < letter->until && now >= address->rests_until)
      return letter;
    letter_free (letter);
  }
  return NULL;
}

static Letter *
take_letter (PosternOidcCourier *self, Address *address)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  Letter *letter = next_letter (self, address);

  address->under_way = letter != NULL;
  return letter;
}

static gboolean
deliver (PosternOidcCourier *self, Address *address, Letter *letter)
{
  for (guint attempt = 0; attempt < TRIES && pause_before (attempt, self->closing); attempt++)
    if (carry (address->url, letter))
      return TRUE;
  return FALSE;
}

/* One letter a turn; then the other addresses have theirs. */
static void
work (gpointer data, gpointer user_data)
{
  PosternOidcCourier *self = user_data;
  Address *address = data;
  g_autoptr (Letter) letter = take_letter (self, address);
  gboolean taken = letter && deliver (self, address, letter);

  if (!letter)
    return;
  g_mutex_lock (&self->mutex);
  address->rests_until = taken ? 0 : g_get_monotonic_time () + REST * G_TIME_SPAN_SECOND;
  g_mutex_unlock (&self->mutex);
  g_thread_pool_push (self->pool, address, NULL);
}

PosternOidcCourier *
postern_oidc_courier_new (void)
{
  PosternOidcCourier *self = g_new0 (PosternOidcCourier, 1);

  g_mutex_init (&self->mutex);
  self->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, address_free);
  self->closing = g_cancellable_new ();
  self->pool = g_thread_pool_new (work, self, THREADS, FALSE, NULL);
  return self;
}

static gboolean
is_under_way (gpointer url, gpointer address, gpointer user_data)
{
  return ((Address *) address)->under_way;
}

static gboolean
is_busy (PosternOidcCourier *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_find (self->addresses, is_under_way, NULL) != NULL;
}

void
postern_oidc_courier_free (PosternOidcCourier *self)
{
  g_cancellable_cancel (self->closing);
  while (is_busy (self)) /* a pool that closes takes no next turns */
    g_usleep (G_USEC_PER_SEC / 100);
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_hash_table_unref (self->addresses);
  g_object_unref (self->closing);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* The lock is held. */
static Address *
get_address (PosternOidcCourier *self, const char *url)
{
  Address *address = g_hash_table_lookup (self->addresses, url);

  if (address)
    return address;
  address = g_new0 (Address, 1);
  address->url = g_strdup (url);
  g_queue_init (&address->letters);
  g_hash_table_insert (self->addresses, address->url, address);
  return address;
}

gboolean
postern_oidc_courier_send (PosternOidcCourier *self, const char *url, const char *token)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  char *body = g_strconcat ("logout_token=", token, NULL);
  Letter *letter = g_new0 (Letter, 1);
  Address *address = get_address (self, url);

  letter->body = g_bytes_new_take (body, strlen (body));
  letter->until = g_get_monotonic_time () + TOKEN_LIFETIME * G_TIME_SPAN_SECOND;
  if (self->waiting >= MAX_WAITING) {
    letter_free (letter);
    return FALSE;
  }
  self->waiting++;
  g_queue_push_tail (&address->letters, letter);
  if (address->under_way)
    return TRUE;
  address->under_way = TRUE;
  return g_thread_pool_push (self->pool, address, NULL);
}

char *
postern_oidc_courier_dup_token (PosternOidc *oidc, PosternClient *client, PosternSession *session, GError **error)
{
  PosternJoseAlg alg = client->id_token_alg ? client->id_token_alg : POSTERN_JOSE_ALG_RS256;
  g_autoptr (PosternJwk) key = postern_key_ring_dup_current (postern_tenant_get_key_ring (postern_oidc_get_tenant (oidc)), alg, error);
  g_autoptr (GString) out = g_string_new ("{");
  g_autofree char *jti = postern_id_new ("tok");
  gint64 now = postern_oidc_now ();

  if (!key)
    return NULL;
  postern_oidc_json_add_string (out, "iss", postern_oidc_get_issuer (oidc));
  postern_oidc_json_add_string (out, "sub", session->user_id);
  postern_oidc_json_add_string (out, "aud", client->application->id);
  postern_oidc_json_add_int64 (out, "iat", now);
  postern_oidc_json_add_int64 (out, "exp", now + TOKEN_LIFETIME);
  postern_oidc_json_add_string (out, "jti", jti);
  postern_oidc_json_add_string (out, "sid", session->id);
  g_string_append (out, ",\"events\":{\"" EVENT "\":{}}}");
  return postern_jws_sign (key, alg, POSTERN_OIDC_TYPE_LOGOUT_TOKEN, out->str, out->len, error);
}

static void
tell_application (PosternOidc *oidc, PosternTenant *tenant, PosternSession *session, const char *application_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternClient) client = postern_tenant_dup_client (tenant, application_id, NULL);
  g_autofree char *token = NULL;

  if (!client || !client->application->enabled || !client->backchannel_logout_uri)
    return;
  token = postern_oidc_courier_dup_token (oidc, client, session, &error);
  if (!token)
    g_warning ("No logout token for application %s: %s", application_id, error->message);
  else if (!postern_oidc_courier_send (postern_oidc_get_courier (oidc), client->backchannel_logout_uri, token))
    g_warning ("Too many logout tokens wait to be carried; application %s is not told of the end of session %s", application_id, session->id);
}

void
postern_oidc_courier_tell_session_end (PosternOidc *oidc, PosternTenant *tenant, PosternSession *session, GPtrArray *grants)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; grants && i < grants->len; i++) {
    PosternGrant *grant = g_ptr_array_index (grants, i);
    if (g_hash_table_add (told, grant->application_id))
      tell_application (oidc, tenant, session, grant->application_id);
  }
}
