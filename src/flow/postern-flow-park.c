/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-park.h"

#include "postern-flow-ask.h"
#include "postern-flow-browser.h"
#include "postern-flow-captcha.h"
#include "postern-flow-codec.h"
#include "postern-flow-context.h"
#include "postern-flow-effects.h"
#include "postern-flow-native.h"
#include "postern-flow-native-pages.h"
#include "postern-flow-prompt.h"

#define STAGE_DONE "done"

typedef struct {
  PosternFlowContext *context;
  PosternFlow *flow;
  GBytes *bytes;
  gboolean lasting; /* all that the walk changes goes with it, in one transaction */
  gboolean put;     /* what fails then is not the flow */
} Parcel;

static gboolean
put (PosternTxn *txn, Parcel *parcel, GError **error)
{
  PosternFlow *flow = parcel->flow;

  if (flow->parked)
    return postern_flow_store_replace (txn, flow->id, flow->parked, parcel->bytes, flow->expires_at, error);
  return postern_flow_store_insert (txn, flow->id, flow->browser_hash, parcel->bytes, flow->expires_at, error);
}

static gboolean
put_with_effects (PosternTxn *txn, gpointer user_data, GError **error)
{
  Parcel *parcel = user_data;

  parcel->put = put (txn, parcel, error);
  /* Counts last: many wait for the same one. */
  return parcel->put && (!parcel->lasting || postern_flow_effects_run (parcel->context, txn, error)) &&
         postern_flow_effects_run_short (parcel->context, txn, error);
}

typedef struct {
  const char *id;
  GBytes *bytes;
} Fetch;

static gboolean
get (PosternTxn *txn, gpointer user_data, GError **error)
{
  Fetch *fetch = user_data;

  fetch->bytes = postern_flow_store_get (txn, fetch->id, error);
  return fetch->bytes != NULL;
}

static PosternFlow *
read_flow (PosternTenant *tenant, const char *id, GError **error)
{
  Fetch fetch = { id, NULL };
  g_autoptr (GBytes) bytes = NULL;
  PosternFlow *flow;

  if (!postern_id_is_valid (id, "flw")) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "There is no such flow");
    return NULL;
  }
  if (!postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, get, &fetch, error))
    return NULL;
  bytes = fetch.bytes;
  flow = postern_flow_codec_read (bytes, error);
  if (flow)
    flow->parked = g_steal_pointer (&bytes);
  return flow;
}

PosternFlow *
postern_flow_park_peek (PosternTenant *tenant, const char *id)
{
  g_autoptr (PosternFlow) flow = read_flow (tenant, id, NULL);
  gboolean over = flow == NULL || g_str_equal (flow->stage, STAGE_DONE) || postern_flow_context_now () >= flow->expires_at;

  return over ? NULL : g_steal_pointer (&flow);
}

/*
 * A code works once. Of two requests that show it, the second may have kept its page ("does not work any more") before the first,
 * for which it was right, has gone on: then the first goes on from there, or nobody would be signed in by it.
 */
static gboolean
goes_on (PosternFlowContext *context, PosternFlow *flow)
{
  g_autoptr (PosternFlow) now = context->won_at ? read_flow (context->tenant, flow->id, NULL) : NULL;

  if (now == NULL || g_strcmp0 (now->stage, context->won_at) != 0 || g_strcmp0 (now->authenticator_id, context->flow->authenticator_id) != 0)
    return FALSE;
  g_clear_pointer (&flow->parked, g_bytes_unref);
  flow->parked = g_steal_pointer (&now->parked);
  return TRUE;
}

/* @overtaken: (out): another request of this browser was faster; @error is set, too */
static gboolean
write_flow (PosternFlowContext *context, PosternFlow *flow, gboolean lasting, gboolean *overtaken, GError **error)
{
  PosternStore *store = postern_tenant_get_store (context->tenant);
  g_autoptr (GBytes) bytes = postern_flow_codec_write (flow);
  Parcel parcel = { context, flow, bytes, lasting, FALSE };
  g_autoptr (GError) failure = NULL;
  gboolean written;

  do {
    g_clear_error (&failure);
    parcel.put = FALSE;
    written = lasting ? postern_store_write_each (store, put_with_effects, &parcel, &failure)
                      : postern_store_write (store, POSTERN_KEEP_SHORT, put_with_effects, &parcel, &failure);
    *overtaken = !written && !parcel.put && g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_CONFLICT);
  } while (*overtaken && goes_on (context, flow));
  if (written)
    postern_flow_effects_settle_short (context);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return written;
}

/* Another request of this browser was faster: its page, or where its flow ended, is the answer to both. */
static PosternResponse *
answer_overtaken (PosternFlowContext *context)
{
  g_autofree char *location = g_strdup_printf ("/sign-in/%s", context->flow->id);

  g_ptr_array_set_size (context->cookies, 0);
  return context->flow->entrance == POSTERN_ENTRANCE_NATIVE ? postern_flow_native_lose (context) : postern_response_new_redirect (location);
}

/* What leads away, and what is no application's to show, needs a browser. */
static gboolean
check_native (PosternFlowContext *context, GError **error)
{
  PosternPrompt *prompt = context->prompt;

  if (context->captcha_notice == NULL && postern_prompt_get_kind (prompt) == POSTERN_PROMPT_PAGE && postern_flow_native_pages_has (postern_prompt_get_template (prompt)))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_REDIRECT_TO_WEB, "The person must go on in a browser");
  return FALSE;
}

PosternResponse *
postern_flow_park_save (PosternFlowContext *context, GError **error)
{
  PosternFlow *flow = context->flow;
  gboolean page = postern_prompt_get_kind (context->prompt) == POSTERN_PROMPT_PAGE, native = flow->entrance == POSTERN_ENTRANCE_NATIVE;
  g_autofree char *location = g_strdup_printf ("/sign-in/%s", flow->id);
  g_autofree char *auth_session = native ? postern_flow_native_bind (context) : NULL;
  g_autoptr (GError) local = NULL;
  gboolean overtaken;

  if (native && !check_native (context, error))
    return NULL;
  if (flow->browser_hash == NULL)
    postern_flow_browser_bind (context);
  if (page) {
    postern_flow_captcha_park (context);
    postern_flow_prompt_keep (context, context->prompt);
  }
  if (!write_flow (context, flow, FALSE, &overtaken, &local)) {
    if (overtaken)
      return answer_overtaken (context);
    g_propagate_error (error, g_steal_pointer (&local));
    return NULL;
  }
  if (native)
    return postern_flow_native_show (context, auth_session);
  return page ? postern_response_new_redirect (location) : postern_flow_prompt_leave (context, context->prompt);
}

static PosternResponse *
answer_stale (PosternTenant *tenant, PosternFlow *flow)
{
  g_autoptr (PosternClient) client = flow->application_id ? postern_tenant_dup_client (tenant, flow->application_id, NULL) : NULL;

  return postern_flow_prompt_stale (flow, client ? client->application->name : NULL);
}

PosternFlow *
postern_flow_park_load (PosternRuntime *runtime, PosternRequest *request, const char *id, PosternResponse **lost)
{
  PosternTenant *tenant = postern_runtime_get_tenant (runtime);
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternFlow) flow = read_flow (tenant, id ? id : "", &error);

  *lost = NULL;
  if (error && !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND) &&
      !g_error_matches (error, POSTERN_ERROR, POSTERN_ERROR_STALE))
    *lost = postern_response_new_error_page (error, NULL);
  else if (flow == NULL || flow->entrance == POSTERN_ENTRANCE_NATIVE || !postern_flow_browser_owns (request, flow))
    *lost = postern_flow_prompt_stale (NULL, NULL);
  else if (g_str_equal (flow->stage, STAGE_DONE) || postern_flow_context_now () >= flow->expires_at)
    *lost = answer_stale (tenant, flow);
  return *lost ? NULL : g_steal_pointer (&flow);
}

PosternFlow *
postern_flow_park_load_native (PosternTenant *tenant, const char *auth_session, const char *application_id, GError **error)
{
  g_autofree char *id = postern_flow_ask_find_flow (auth_session);
  g_autofree char *hash = postern_secret_hash (auth_session);
  g_autoptr (GError) local = NULL;
  g_autoptr (PosternFlow) flow = read_flow (tenant, id ? id : "", &local);
  gboolean theirs = flow && flow->entrance == POSTERN_ENTRANCE_NATIVE && postern_secret_equal (hash, flow->browser_hash) &&
                    g_strcmp0 (flow->application_id, application_id) == 0;

  if (theirs && !g_str_equal (flow->stage, STAGE_DONE) && postern_flow_context_now () < flow->expires_at)
    return g_steal_pointer (&flow);
  if (g_error_matches (local, POSTERN_ERROR, POSTERN_ERROR_STORE))
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_SESSION, "This auth_session is unknown, answered already or too old: begin again");
  return NULL;
}

/* What is left of a flow that is done only knows the way back, for a person who reloads. */
static PosternFlow *
make_rest (PosternFlow *flow)
{
  PosternFlow *rest = postern_flow_new (flow->entrance, NULL);

  postern_flow_set_string (&rest->id, flow->id);
  postern_flow_set_string (&rest->stage, STAGE_DONE);
  postern_flow_set_string (&rest->browser_hash, flow->browser_hash);
  postern_flow_set_string (&rest->application_id, flow->application_id);
  postern_flow_set_string (&rest->back_url, flow->back_url);
  postern_flow_set_string (&rest->ui_locales, flow->ui_locales);
  rest->expires_at = flow->expires_at;
  rest->parked = flow->parked ? g_bytes_ref (flow->parked) : NULL;
  return rest;
}

static gboolean
close_flow (PosternFlowContext *context, gboolean lasting, PosternResponse **overtaken, GError **error)
{
  PosternFlow *flow = context->flow;
  g_autoptr (PosternFlow) rest = make_rest (flow);
  g_autoptr (GError) local = NULL;
  gboolean late;

  if (write_flow (context, rest, lasting, &late, &local)) {
    g_clear_pointer (&flow->parked, g_bytes_unref);
    return TRUE;
  }
  if (late)
    *overtaken = answer_overtaken (context);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
postern_flow_park_close (PosternFlowContext *context, PosternResponse **overtaken, GError **error)
{
  *overtaken = NULL;
  return context->flow->parked == NULL || close_flow (context, FALSE, overtaken, error);
}

gboolean
postern_flow_park_finish (PosternFlowContext *context, PosternResponse **overtaken, GError **error)
{
  *overtaken = NULL;
  if (context->flow->parked && context->effects && postern_store_is_one (postern_tenant_get_store (context->tenant)))
    return close_flow (context, TRUE, overtaken, error);
  return postern_flow_park_close (context, overtaken, error) && postern_flow_effects_commit (context, error);
}

typedef struct {
  char *key;
  gint64 window, count;
} Use;

static gboolean
count_use (PosternTxn *txn, gpointer user_data, GError **error)
{
  Use *use = user_data;

  return postern_counter_store_add (txn, use->key, 1, use->window, postern_flow_context_now (), &use->count, NULL, error);
}

gboolean
postern_flow_park_use (PosternTenant *tenant, PosternFlow *flow, const char *kind, const char *secret, gboolean *first, GError **error)
{
  g_autofree char *key = g_strdup_printf ("%s:%s", kind, secret);
  Use use = { key, flow->expires_at - flow->created_at, 0 };

  if (!postern_store_write (postern_tenant_get_store (tenant), POSTERN_KEEP_SHORT, count_use, &use, error))
    return FALSE;
  *first = use.count == 1;
  return TRUE;
}

gboolean
postern_flow_park_use_callback (PosternRuntime *runtime, PosternFlow *flow, const char *state)
{
  PosternTenant *tenant = postern_runtime_get_tenant (runtime);
  g_autofree char *hash = postern_secret_hash (state);
  gboolean first;

  return postern_secret_equal (hash, flow->callback_state) && postern_flow_park_use (tenant, flow, "callback", hash, &first, NULL) && first;
}
