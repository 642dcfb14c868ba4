/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-browser.h"

#include "postern-flow-context.h"
#include "postern-sign-in.h"

#define COOKIE_FLOW "flow"
#define COOKIE_SESSION "session"
#define COOKIE_DEVICE "device"
#define SECRET_LENGTH 43 /* 256 bits in base64url */

typedef struct {
  char *name, *value;
  gint64 max_age;
} Cookie;

static void
cookie_free (gpointer data)
{
  Cookie *cookie = data;

  g_free (cookie->name);
  g_free (cookie->value);
  g_free (cookie);
}

void
postern_flow_browser_set_cookie (PosternFlowContext *context, const char *name, const char *value, gint64 max_age)
{
  Cookie *cookie = g_new (Cookie, 1);

  *cookie = (Cookie){ g_strdup (name), g_strdup (value), max_age };
  g_ptr_array_set_free_func (context->cookies, cookie_free);
  g_ptr_array_add (context->cookies, cookie);
}

const char *
postern_flow_browser_find_cookie (PosternFlowContext *context, const char *name)
{
  for (guint i = context->cookies->len; i > 0; i--) {
    Cookie *cookie = g_ptr_array_index (context->cookies, i - 1);

    if (g_str_equal (cookie->name, name))
      return cookie->value;
  }
  return context->request ? postern_request_get_cookie (context->request, name) : NULL;
}

void
postern_flow_browser_apply (PosternFlowContext *context, PosternResponse *response)
{
  for (guint i = 0; i < context->cookies->len && context->flow->entrance != POSTERN_ENTRANCE_NATIVE; i++) {
    Cookie *cookie = g_ptr_array_index (context->cookies, i);

    postern_response_set_cookie (response, cookie->name, cookie->value, cookie->max_age);
  }
}

static const char *
get_secret_cookie (PosternRequest *request, const char *name)
{
  const char *value = request ? postern_request_get_cookie (request, name) : NULL;

  return value && strlen (value) == SECRET_LENGTH ? value : NULL;
}

void
postern_flow_browser_bind (PosternFlowContext *context)
{
  const char *known = get_secret_cookie (context->request, COOKIE_FLOW);
  g_autofree char *fresh = known ? NULL : postern_secret_new ();

  g_free (context->flow->browser_hash);
  context->flow->browser_hash = postern_secret_hash (known ? known : fresh);
  if (fresh)
    postern_flow_browser_set_cookie (context, COOKIE_FLOW, fresh, -1);
}

gboolean
postern_flow_browser_owns (PosternRequest *request, PosternFlow *flow)
{
  const char *secret = get_secret_cookie (request, COOKIE_FLOW);
  g_autofree char *hash = secret ? postern_secret_hash (secret) : NULL;

  return postern_secret_equal (hash, flow->browser_hash);
}

char *
postern_flow_browser_dup_device_hash (PosternRequest *request)
{
  const char *secret = get_secret_cookie (request, COOKIE_DEVICE);

  return secret ? postern_secret_hash (secret) : NULL;
}

const char *
postern_flow_browser_get_languages (PosternRequest *request)
{
  const char *chosen = postern_request_get_cookie (request, "postern-language");

  return chosen ? chosen : postern_request_get_header (request, "Accept-Language");
}

/* --- sessions -------------------------------------------------------------------------------------------------- */

/* The session cookie's secrets; anything malformed in it is left out, not an error: it is the browser's. */
static GPtrArray *
dup_secrets (PosternRequest *request)
{
  const char *value = request ? postern_request_get_cookie (request, COOKIE_SESSION) : NULL;
  GPtrArray *secrets = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = value ? g_strsplit (value, ".", POSTERN_FLOW_BROWSER_SESSIONS + 1) : NULL;

  for (guint i = 0; parts && parts[i] && i < POSTERN_FLOW_BROWSER_SESSIONS; i++) {
    g_autofree char *id = postern_secret_dup_id (parts[i], "ses");

    if (id)
      g_ptr_array_add (secrets, g_strdup (parts[i]));
  }
  return secrets;
}

typedef struct {
  GPtrArray *secrets, *sessions, *users; /* users (nullable): nobody asked */
  const char *application_id;
  gint64 now;
} Search;

/* FALSE with @error: what is simply not there is no error. */
static gboolean
is_missing (GError *failure, GError **error)
{
  if (failure == NULL || g_error_matches (failure, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND)) {
    g_clear_error (&failure);
    return TRUE;
  }
  g_propagate_error (error, failure);
  return FALSE;
}

static gboolean
find_session (PosternTxn *txn, Search *search, const char *secret, GError **error)
{
  GError *failure = NULL;
  g_autoptr (PosternSession) session = postern_session_store_find (txn, secret, &failure);
  g_autoptr (PosternUser) user = NULL;

  if (session == NULL || !postern_sign_in_is_alive (session, search->now) || g_strcmp0 (session->application_id, search->application_id) != 0)
    return is_missing (failure, error);
  if (search->users) {
    user = postern_user_store_get (txn, session->user_id, &failure);
    if (user == NULL || user->disabled_at != 0)
      return is_missing (failure, error);
    g_ptr_array_add (search->users, g_steal_pointer (&user));
  }
  g_ptr_array_add (search->sessions, g_steal_pointer (&session));
  return TRUE;
}

static gboolean
find_sessions (PosternTxn *txn, gpointer user_data, GError **error)
{
  Search *search = user_data;

  g_ptr_array_set_size (search->sessions, 0);
  if (search->users)
    g_ptr_array_set_size (search->users, 0);
  for (guint i = 0; i < search->secrets->len; i++)
    if (!find_session (txn, search, g_ptr_array_index (search->secrets, i), error))
      return FALSE;
  return TRUE;
}

GPtrArray *
postern_flow_browser_dup_sessions (PosternTenant *tenant, PosternRequest *request, const char *application_id, GPtrArray **users, GError **error)
{
  g_autoptr (GPtrArray) secrets = dup_secrets (request);
  g_autoptr (GPtrArray) sessions = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_session_unref);
  g_autoptr (GPtrArray) people = users ? g_ptr_array_new_with_free_func ((GDestroyNotify) postern_user_unref) : NULL;
  Search search = { secrets, sessions, people, application_id, postern_flow_context_now () };

  if (secrets->len > 0 && !postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, find_sessions, &search, error))
    return NULL;
  if (users)
    *users = g_steal_pointer (&people);
  return g_steal_pointer (&sessions);
}

/* The cookie without what names the session @id. */
static GString *
join_without (GPtrArray *secrets, const char *first, const char *id)
{
  GString *value = g_string_new (first);
  guint count = first ? 1 : 0;

  for (guint i = 0; i < secrets->len && count < POSTERN_FLOW_BROWSER_SESSIONS; i++) {
    const char *secret = g_ptr_array_index (secrets, i);
    g_autofree char *its_id = postern_secret_dup_id (secret, "ses");

    if (g_strcmp0 (its_id, id) == 0)
      continue;
    g_string_append_printf (value, "%s%s", count++ > 0 ? "." : "", secret);
  }
  return value;
}

void
postern_flow_browser_add_session (PosternFlowContext *context, const char *secret)
{
  g_autoptr (GPtrArray) secrets = dup_secrets (context->request);
  g_autofree char *id = postern_secret_dup_id (secret, "ses");
  g_autoptr (GString) value = join_without (secrets, secret, id);

  postern_flow_browser_set_cookie (context, COOKIE_SESSION, value->str, -1);
}

void
postern_flow_browser_forget (PosternRequest *request, PosternResponse *response, PosternSession *session)
{
  g_autoptr (GPtrArray) secrets = dup_secrets (request);
  g_autoptr (GString) value = join_without (secrets, NULL, session->id);

  postern_response_set_cookie (response, COOKIE_SESSION, value->str, value->len > 0 ? -1 : 0);
}
