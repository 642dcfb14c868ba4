/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-claims-hook.h"

#include "postern-claims-hook.h"
#include "postern-claims-map.h"
#include "postern-flow-breaker.h"
#include "postern-flow-claims.h"
#include "postern-flow-context.h"
#include "postern-http-client.h"
#include "postern-json.h"
#include "postern-webhook-signature.h"

#include <string.h>

#define MOST_BYTES (16 * 1024) /* of an answer */
#define MOST_CLAIMS 50
#define KNOWN_SECONDS 600 /* longer than one is left alone */

/* --- the answer --- */

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, why);
  return FALSE;
}

static gboolean
refuse_claim (GError **error, const char *name, const char *why)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "it says “%.100s”, which %s", name, why);
  return FALSE;
}

/* What scopes give is the person's own record alone, and theirs to allow. */
static gboolean
check_claim (const char *name, GVariant *value, PosternClaims *claims, GError **error)
{
  if (!postern_claims_map_is_free (name) || postern_flow_claims_is_standard (name))
    return refuse_claim (error, name, "is not for it to say");
  if (postern_claims_get (claims, name))
    return refuse_claim (error, name, "is said already");
  return !g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE) || refuse_claim (error, name, "is null");
}

static gboolean
check_claims (GVariant *said, PosternClaims *claims, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;
  gboolean good = TRUE;

  if (!g_variant_is_of_type (said, G_VARIANT_TYPE_VARDICT) || g_variant_n_children (said) > MOST_CLAIMS)
    return refuse (error, "its “claims” are no object of at most fifty");
  g_variant_iter_init (&iter, said);
  while (good && g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    good = check_claim (name, value, claims, error);
    g_variant_unref (value);
  }
  return good;
}

gboolean
postern_flow_claims_hook_read (const char *body, gsize length, PosternClaims *claims, GError **error)
{
  g_autoptr (GVariant) answer = length > 0 ? postern_json_parse_object (body, (gssize) length, MOST_BYTES, error) : NULL;
  g_autoptr (GVariant) said = answer ? postern_json_get (answer, "claims") : NULL;
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (answer == NULL)
    return length > 0 ? FALSE : refuse (error, "there is nothing in it");
  if (said == NULL || g_variant_n_children (answer) != 1)
    return refuse (error, "it is no object of “claims” alone");
  if (!check_claims (said, claims, error))
    return FALSE;
  g_variant_iter_init (&iter, said);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    postern_claims_add (claims, name, value);
    g_variant_unref (value);
  }
  return TRUE;
}

/* Whatever parameters it has. */
static gboolean
is_json (const char *type)
{
  gsize length = strcspn (type, "; \t");

  return length == strlen ("application/json") && g_ascii_strncasecmp (type, "application/json", length) == 0;
}

static gboolean
take_answer (guint status, GVariant *headers, GBytes *body, PosternClaims *claims, GError **error)
{
  const char *type = NULL;

  if (status == 204)
    return TRUE;
  if (status != 200) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "it answered %u", status);
    return FALSE;
  }
  g_variant_lookup (headers, "content-type", "&s", &type);
  if (type == NULL || !is_json (type))
    return refuse (error, "it is no application/json");
  return postern_flow_claims_hook_read (g_bytes_get_data (body, NULL), g_bytes_get_size (body), claims, error);
}

/* --- the question --- */

static char *
make_question (PosternFlow *flow, const char *audience, PosternClaims *claims, gint64 now)
{
  g_auto (PosternJsonObject) data = POSTERN_JSON_OBJECT_INIT, question = POSTERN_JSON_OBJECT_INIT;
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (now);
  g_autofree char *timestamp = g_date_time_format_iso8601 (time);
  g_autoptr (GVariant) said = postern_claims_to_variant (claims), whole = NULL;

  postern_json_object_add_string (&data, "user_id", flow->user_id);
  postern_json_object_add_string (&data, "application_id", flow->application_id);
  postern_json_object_add_string (&data, "audience", audience);
  postern_json_object_add_string (&data, "organization_id", flow->organization_id);
  if (flow->granted_scopes)
    postern_json_object_add (&data, "scopes", g_variant_new_strv ((const char *const *) flow->granted_scopes, -1));
  postern_json_object_add (&data, "claims", said);
  postern_json_object_add_string (&question, "type", "token.claims");
  postern_json_object_add_string (&question, "timestamp", timestamp);
  postern_json_object_add (&question, "data", postern_json_object_end (&data));
  whole = g_variant_ref_sink (postern_json_object_end (&question));
  return postern_json_print (whole);
}

static gboolean
send_question (const PosternClaimsHookOpen *hook, const char *question, PosternClaims *claims, gint64 now, GError **error)
{
  const char *const secrets[] = { hook->secret, NULL };
  PosternHttpClient *client = postern_http_client_get_default ();
  g_autoptr (GCancellable) limit = postern_http_client_limit (client, hook->timeout, NULL);
  g_autoptr (GBytes) body = g_bytes_new_static (question, strlen (question)), answer = NULL;
  g_autofree char *id = postern_id_new ("msg");
  g_autoptr (GVariant) headers = NULL;
  GVariant *signature = postern_webhook_signature_make_headers (secrets, id, now, question, strlen (question));
  guint status = 0;

  if (signature == NULL)
    return refuse (error, "its secret cannot be opened: set another one");
  answer = postern_http_client_send (client, "POST", hook->url, signature, "application/json", body, MOST_BYTES, &status, &headers, limit, error);
  return answer && take_answer (status, headers, answer, claims, error);
}

/* --- one that does not answer is left alone for a while --- */

typedef struct {
  PosternFlowBreaker breaker;
  guint calls; /* under way */
  gint64 used_at;
} Known;

static GMutex lock;
static GHashTable *known_hooks; /* issuer, owner and URL → Known: one that is mended, or elsewhere, is asked at once */

/* With the lock. Of one that is not asked any more nothing is worth knowing soon; whether it is still there, only the tenant's store knows. */
static gboolean
is_stale (gpointer key, gpointer value, gpointer now)
{
  const Known *known = value;

  return known->calls == 0 && *(gint64 *) now - known->used_at > KNOWN_SECONDS;
}

static Known *
take_known (PosternTenant *tenant, const char *owner_id, const char *url, gint64 now)
{
  g_autofree char *key = g_strjoin (" ", postern_tenant_get_issuer (tenant), owner_id, url, NULL);
  Known *known;

  g_mutex_lock (&lock);
  if (known_hooks == NULL)
    known_hooks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  known = g_hash_table_lookup (known_hooks, key);
  if (known == NULL) {
    g_hash_table_foreach_remove (known_hooks, is_stale, &now);
    known = g_new0 (Known, 1);
    g_hash_table_insert (known_hooks, g_steal_pointer (&key), known);
  }
  known->calls++;
  known->used_at = now;
  g_mutex_unlock (&lock);
  return known;
}

static void
give_back (Known *known)
{
  g_mutex_lock (&lock);
  known->calls--;
  g_mutex_unlock (&lock);
}

static gboolean
ask_known (Known *known, const PosternClaimsHookOpen *hook, const char *question, PosternClaims *claims, gint64 now, GError **error)
{
  gboolean done;
  guint place;

  if (!postern_flow_breaker_enter (&known->breaker, "it", now, &place, error))
    return FALSE;
  done = send_question (hook, question, claims, now, error);
  postern_flow_breaker_leave (&known->breaker, place, done ? POSTERN_FLOW_BREAKER_GOOD : POSTERN_FLOW_BREAKER_FAILED, postern_flow_context_now ());
  return done;
}

static gboolean
ask (PosternTenant *tenant, PosternFlow *flow, const PosternClaimsHookOpen *hook, const char *owner_id, const char *audience, PosternClaims *claims, GError **error)
{
  gint64 now = postern_flow_context_now ();
  g_autofree char *question = NULL;
  Known *known;
  gboolean done;

  if (hook->secret == NULL)
    return refuse (error, "its secret cannot be opened: set another one");
  known = take_known (tenant, owner_id, hook->url, now);
  question = make_question (flow, audience, claims, now);
  done = ask_known (known, hook, question, claims, now, error);
  give_back (known);
  return done;
}

gboolean
postern_flow_claims_hook_ask (PosternRuntime *runtime, PosternFlow *flow, const char *owner_id, const char *audience, PosternClaims *claims, GError **error)
{
  PosternTenant *tenant = postern_runtime_get_tenant (runtime);
  g_autoptr (PosternClaimsHookOpen) hook = NULL;
  g_autoptr (GError) failure = NULL;

  if (!postern_claims_hook_cache_find (postern_tenant_get_claims_hooks (tenant), owner_id, &hook, error))
    return FALSE;
  if (hook == NULL || ask (tenant, flow, hook, owner_id, audience, claims, &failure))
    return TRUE;
  g_message ("The claims hook of %s was of no use: %s", owner_id, failure->message);
  if (hook->refuses)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "What tokens say cannot be asked for at the moment. Try again later.");
  return !hook->refuses;
}
