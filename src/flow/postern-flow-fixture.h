/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-codec.h"
#include "postern-flow-house-fixture.h"
#include "postern-request-private.h"

/* For tests of sign-ins: browsers with their cookies, in the house. Nothing of HTTP but the routes. */

/* --- a browser ---------------------------------------------------------------------------------------------------------- */

typedef struct {
  GHashTable *cookies;
  const char *address;
  PosternResponse *last;
  char *flow; /* the path of the flow's page */
} Browser;

static inline Browser *
browser_new (const char *address)
{
  Browser *self = g_new0 (Browser, 1);

  self->cookies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->address = address;
  return self;
}

static inline void
browser_free (Browser *self)
{
  g_hash_table_unref (self->cookies);
  g_clear_object (&self->last);
  g_free (self->flow);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Browser, browser_free)

static inline void
browser_keep_cookie (const char *name, const char *value, gint64 max_age, gpointer data)
{
  Browser *self = data;

  if (max_age == 0)
    g_hash_table_remove (self->cookies, name);
  else
    g_hash_table_replace (self->cookies, g_strdup (name), g_strdup (value));
}

static inline void
browser_ignore_header (const char *name, const char *value, gpointer data)
{
}

static inline void
browser_take (Browser *self, PosternResponse *response)
{
  const char *location = postern_response_get_header (response, "Location");

  g_clear_object (&self->last);
  self->last = response;
  postern_response_foreach_cookie (response, browser_keep_cookie, self);
  if (location && g_str_has_prefix (location, "/sign-in/")) {
    g_free (self->flow);
    self->flow = g_strdup (location);
  }
}

static inline PosternRequest *
browser_request (Browser *self, const char *method, const char *url, const char *body)
{
  g_auto (GStrv) parts = g_strsplit (url, "?", 2);
  PosternRequest *request = postern_request_new (method, parts[0], parts[1]);
  g_autoptr (GString) cookies = g_string_new (NULL);
  GHashTableIter iter;
  gpointer name, value;

  g_hash_table_iter_init (&iter, self->cookies);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_string_append_printf (cookies, "%s%s=%s", cookies->len ? "; " : "", (char *) name, (char *) value);
  postern_request_set_id (request, "req");
  postern_request_set_public_url (request, ISSUER);
  postern_request_set_remote_address (request, self->address);
  if (cookies->len)
    postern_request_add_header (request, "Cookie", cookies->str);
  if (body) {
    g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

    postern_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
    postern_request_set_body (request, bytes);
  }
  return request;
}

/* Whether @path is one of @pattern; its captures go to @request. */
static inline gboolean
browser_matches (const char *pattern, const char *path, PosternRequest *request)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1), steps = g_strsplit (path, "/", -1);
  gboolean same = g_strv_length (wanted) == g_strv_length (steps);

  for (guint i = 0; same && wanted[i]; i++)
    same = wanted[i][0] == '{' ? *steps[i] : g_str_equal (wanted[i], steps[i]);
  for (guint i = 0; same && wanted[i]; i++)
    if (wanted[i][0] == '{') {
      g_autofree char *name = g_strndup (wanted[i] + 1, strcspn (wanted[i] + 1, "}"));

      postern_request_set_capture (request, name, steps[i]);
    }
  return same;
}

static inline PosternResponse *
browser_route (PosternRequest *request)
{
  for (const PosternRoute *route = postern_flow_engine_get_routes (); route->method; route++)
    if (g_str_equal (route->method, postern_request_get_method (request)) && browser_matches (route->pattern, postern_request_get_path (request), request))
      return route->handler (request, house_engine);
  g_assert_not_reached ();
  return NULL;
}

static inline void
browser_get (Browser *self, const char *url)
{
  g_autoptr (PosternRequest) request = browser_request (self, "GET", url, NULL);

  browser_take (self, browser_route (request));
}

static inline void
browser_send (Browser *self, PosternRequest *request)
{
  static const char *const pages[] = { "error", "stale", "form-post", NULL };
  const char *page;

  browser_take (self, browser_route (request));
  page = postern_response_get_template (self->last);
  /* Else who goes back or loads it again posts again. What sends the browser on by itself is none that anybody comes back to. */
  g_assert_true (page == NULL || g_strv_contains (pages, page) || postern_response_get_header (self->last, "Refresh"));
}

static inline void
browser_post (Browser *self, const char *url, const char *body)
{
  g_autoptr (PosternRequest) request = browser_request (self, "POST", url, body);

  browser_send (self, request);
}

/** Posts a form in whose field @name a file was picked. */
static inline void
browser_post_file (Browser *self, const char *url, const char *body, const char *name, const char *data, gsize length)
{
  g_autoptr (PosternRequest) request = browser_request (self, "POST", url, body);
  GHashTable *files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);

  g_hash_table_insert (files, g_strdup (name), g_bytes_new (data, length));
  postern_request_set_form (request, postern_pairs_copy (postern_request_get_parameters (request, NULL)), files);
  browser_send (self, request);
}

/** Follows our own redirects, as a browser does after a form. */
static inline void
browser_follow (Browser *self)
{
  for (const char *to = postern_response_get_header (self->last, "Location"); to && *to == '/'; to = postern_response_get_header (self->last, "Location")) {
    g_autofree char *path = g_strdup (to);

    browser_get (self, path);
  }
}

/** Posts the form of the page that is shown, to where its action says. */
static inline void
browser_submit (Browser *self, const char *body)
{
  const char *action = postern_json_get_string (postern_response_get_model (self->last), "action");
  g_autofree char *url = NULL;

  g_assert_nonnull (action);
  g_assert_true (g_str_has_prefix (action, ISSUER));
  url = g_strdup (action + strlen (ISSUER));
  browser_post (self, url, body);
  g_assert_cmpuint (postern_response_get_status (self->last), ==, 303); /* POST, 303, GET: everywhere */
  browser_follow (self);
}

static inline PosternFlow *
application_flow (const char *application_id, guint prompts)
{
  static const char *const scopes[] = { "openid", "email", NULL };
  PosternFlow *flow = postern_flow_new (POSTERN_ENTRANCE_BROWSER, "test");

  flow->application_id = g_strdup (application_id);
  flow->scopes = g_strdupv ((char **) scopes);
  flow->prompts = prompts;
  flow->return_url = g_strdup ("https://app.example/cb");
  flow->back_url = g_strdup ("https://app.example");
  return flow;
}

/** The application sends the browser here with @flow, (transfer full). */
static inline void
browser_begin (Browser *self, PosternFlow *flow)
{
  g_autoptr (PosternRequest) request = browser_request (self, "GET", "/oidc/authorize", NULL);

  browser_take (self, postern_flow_engine_run (house_engine, flow, request, NULL));
  g_object_unref (flow);
  browser_follow (self);
}

static inline const char *
browser_page (Browser *self)
{
  const char *name = postern_response_get_template (self->last);

  return name ? name : postern_response_get_header (self->last, "Location");
}

static inline void
assert_page (Browser *self, const char *name)
{
  g_assert_cmpstr (browser_page (self), ==, name);
}

static inline const char *
browser_model (Browser *self, const char *name)
{
  return postern_json_get_string (postern_response_get_model (self->last), name);
}

/** To where a name is asked for, whoever is signed in here: "Not you?" */
static inline void
browser_begin_anew (Browser *self, PosternFlow *flow)
{
  flow->prompts |= POSTERN_FLOW_PROMPT_LOGIN;
  browser_begin (self, flow);
  if (!g_str_equal (browser_page (self), "identifier"))
    browser_submit (self, "action=other-identifier");
  assert_page (self, "identifier");
}

/** The browser stands at the application, with an answer that has @part. */
static inline void
assert_answer (Browser *self, const char *part)
{
  const char *location = postern_response_get_header (self->last, "Location");

  g_assert_nonnull (location);
  g_assert_true (g_str_has_prefix (location, "https://app.example/cb?"));
  if (strstr (location, part) == NULL)
    g_error ("expected %s in %s", part, location);
}

/** That a session of this browser serves, and nobody is asked for anything. */
static inline void
assert_signed_in (Browser *self)
{
  browser_begin (self, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (self, "fresh=0");
}

static inline void
assert_signed_out (Browser *self)
{
  browser_begin (self, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_NONE));
  assert_answer (self, "error=login_required");
}

/** What follows @name, such as "user=", in the answer that the browser stands at. (transfer full) */
static inline char *
browser_dup_part (Browser *self, const char *name)
{
  const char *part = strstr (browser_page (self), name);

  g_assert_nonnull (part);
  return g_strndup (part + strlen (name), strcspn (part + strlen (name), "&"));
}

static inline void
browser_sign_up (Browser *self, const char *email)
{
  g_autofree char *body = g_strdup_printf ("action=continue&identifier=%s&name=Somebody&password=" PASSWORD, email);

  browser_begin (self, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  assert_page (self, "sign-up");
  browser_submit (self, body);
  assert_answer (self, "fresh=1");
}

static inline void
browser_sign_in (Browser *self, const char *email, const char *password)
{
  g_autofree char *who = g_strdup_printf ("action=continue&identifier=%s", email);
  g_autofree char *what = g_strdup_printf ("action=continue&identifier=%s&password=%s", email, password);

  assert_page (self, "identifier");
  browser_submit (self, who);
  assert_page (self, "password");
  browser_submit (self, what);
}

/** One that is signed in by the password. */
static inline Browser *
browser_enter (const char *address, const char *email)
{
  Browser *browser = browser_new (address);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, email, PASSWORD);
  assert_answer (browser, "fresh=1");
  return browser;
}

/** Who is signed in here already shows the password once more, and is asked for no name. */
static inline void
browser_confirm (Browser *self, const char *email, const char *password)
{
  g_autofree char *what = g_strdup_printf ("action=continue&password=%s", password);

  assert_page (self, "password");
  g_assert_cmpstr (browser_model (self, "identifier"), ==, email);
  browser_submit (self, what);
}

/** Comes back from the provider with @code: who that is. */
static inline void
browser_come_back (Browser *browser, const char *code)
{
  const char *location = postern_response_get_header (browser->last, "Location");
  g_autofree char *url = NULL;
  g_autofree char *escaped = g_uri_escape_string (code, NULL, FALSE);

  g_assert_true (location && g_str_has_prefix (location, "https://provider.example/authorize?state="));
  url = g_strdup_printf ("/callback/away?code=%s&state=%s", escaped, strchr (location, '=') + 1);
  browser_get (browser, url);
  browser_follow (browser);
}

/** Goes to the provider, and comes back. */
static inline void
browser_press_provider (Browser *browser, const char *code)
{
  assert_page (browser, "identifier");
  browser_submit (browser, "action=connector:away");
  browser_come_back (browser, code);
}

/** Who is signed in here already by the provider goes there once more. */
static inline void
browser_return_to_provider (Browser *browser, const char *code)
{
  assert_page (browser, "connector");
  browser_submit (browser, "action=connector:away");
  browser_come_back (browser, code);
}

/** To fixture_write() the user of an address as switched off. */
static inline gboolean
user_switch_off (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (PosternUser) user = postern_user_store_find (txn, data, error);

  if (user == NULL)
    return FALSE;
  user->disabled_at = 1;
  return postern_user_store_update (txn, user, error);
}

static inline gboolean
flow_expire_in (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GBytes) bytes = postern_flow_store_get (txn, data, error);
  g_autoptr (PosternFlow) flow = bytes ? postern_flow_codec_read (bytes, error) : NULL;
  g_autoptr (GBytes) expired = NULL;

  if (flow == NULL)
    return FALSE;
  flow->expires_at = 1;
  expired = postern_flow_codec_write (flow);
  return postern_flow_store_replace (txn, data, bytes, expired, 1, error);
}

/** As if the time of the flow @id were over. */
static inline void
flow_expire (const char *id)
{
  g_autoptr (GError) error = NULL;

  postern_store_write (house_store, POSTERN_KEEP_SHORT, flow_expire_in, (gpointer) id, &error);
  g_assert_no_error (error);
}

/** To fixture_write() the id of a user who signed in longer ago than who changes something of the account may have. */
static inline gboolean
sessions_age (PosternTxn *txn, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) sessions = postern_session_store_list (txn, data, TRUE, NULL, 10, error);

  for (guint i = 0; sessions && i < sessions->len; i++) {
    PosternSession *session = g_ptr_array_index (sessions, i);

    session->auth_time -= 301;
    if (!postern_session_store_raise (txn, session, error))
      return FALSE;
  }
  return sessions != NULL;
}

/** A handler of the signal `decide`. */
static inline PosternVerdict
hub_vote (PosternHub *hub, PosternFlow *flow, gpointer verdict)
{
  return GPOINTER_TO_INT (verdict);
}
