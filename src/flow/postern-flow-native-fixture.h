/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-native.h"
#include "postern-flow-second-fixture.h"

/* For tests of sign-ins without a browser: an application that shows the pages itself. A cookie that it is given would fail the test. */

typedef struct {
  const char *application_id, *address;
  const char *cookies; /* (nullable): what it sends, as a browser would */
  char *auth_session;  /* of the page that it shows; (nullable) */
  char *kept;          /* what came with the last answer; (nullable) */
  PosternResponse *last;
} Program;

static inline Program *
program_new (const char *application_id, const char *address)
{
  Program *self = g_new0 (Program, 1);

  self->application_id = application_id;
  self->address = address;
  return self;
}

static inline void
program_free (Program *self)
{
  g_free (self->auth_session);
  g_free (self->kept);
  g_clear_object (&self->last);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Program, program_free)

static inline void
program_refuse_cookie (const char *name, const char *value, gint64 max_age, gpointer data)
{
  g_error ("the cookie %s came to a program", name);
}

static inline PosternRequest *
program_request (Program *self, const char *body)
{
  PosternRequest *request = postern_request_new ("POST", "/oidc/authorize-challenge", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

  postern_request_set_id (request, "req");
  postern_request_set_public_url (request, ISSUER);
  postern_request_set_remote_address (request, self->address);
  postern_request_add_header (request, "User-Agent", "Tool/1.0");
  postern_request_add_header (request, "Content-Type", "application/x-www-form-urlencoded");
  if (self->cookies)
    postern_request_add_header (request, "Cookie", self->cookies);
  postern_request_set_body (request, bytes);
  return request;
}

static inline void
program_take (Program *self, PosternResponse *response)
{
  GVariant *model = postern_response_get_model (response);
  const char *auth_session = model ? postern_json_get_string (model, "auth_session") : NULL;
  const char *location = postern_response_get_header (response, "Location");
  const char *kept = location ? strstr (location, "auth_session=") : NULL;

  if (kept) {
    g_free (self->kept);
    self->kept = g_strdup (kept + strlen ("auth_session="));
  }
  g_clear_object (&self->last);
  self->last = response;
  postern_response_foreach_cookie (response, program_refuse_cookie, NULL);
  if (auth_session) {
    g_free (self->auth_session);
    self->auth_session = g_strdup (auth_session);
  }
}

/** @flow: (transfer full): what the application asks; @kept: (nullable): the auth_session that it sends along */
static inline void
program_begin_with (Program *self, PosternFlow *flow, const char *kept)
{
  g_autofree char *body = g_strconcat ("auth_session=", kept, NULL);
  g_autoptr (PosternRequest) request = program_request (self, body);

  flow->entrance = POSTERN_ENTRANCE_NATIVE;
  g_clear_pointer (&flow->return_url, g_free);
  program_take (self, postern_flow_engine_run (house_engine, flow, request, NULL));
  g_object_unref (flow);
}

static inline void
program_begin (Program *self, guint prompts)
{
  program_begin_with (self, application_flow (self->application_id, prompts), NULL);
}

/** Answers with @body to @auth_session. Returns: whether a flow waited for it. */
static inline gboolean
program_try (Program *self, const char *auth_session, const char *body)
{
  g_autofree char *all = g_strdup_printf ("auth_session=%s&%s", auth_session, body);
  g_autoptr (PosternRequest) request = program_request (self, all);
  g_autoptr (GError) error = NULL;
  PosternResponse *response = postern_flow_native_answer (house_engine, request, auth_session, self->application_id, &error);

  if (response == NULL) {
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_SESSION);
    return FALSE;
  }
  program_take (self, response);
  return TRUE;
}

static inline void
program_answer (Program *self, const char *body)
{
  g_autofree char *auth_session = g_strdup (self->auth_session);

  g_assert_true (program_try (self, auth_session, body));
}

/** What the page says, or the empty object. (transfer full) */
static inline GVariant *
program_page (Program *self)
{
  GVariant *model = postern_response_get_model (self->last);
  GVariant *page = model ? postern_json_get (model, "page") : NULL;

  return page ? page : g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
}

static inline void
program_assert_page (Program *self, const char *name)
{
  g_autoptr (GVariant) page = program_page (self);

  if (g_strcmp0 (postern_json_get_string (page, "name"), name) != 0)
    g_error ("expected %s, not %s (%s)", name, postern_json_get_string (page, "name"), postern_response_get_header (self->last, "Location"));
}

/** It is done, with an answer that has @part. */
static inline void
program_assert_answer (Program *self, const char *part)
{
  const char *location = postern_response_get_header (self->last, "Location");

  if (location == NULL || strstr (location, part) == NULL)
    g_error ("expected %s in %s", part, location ? location : "a page");
}

/** To what follows the page of the name. */
static inline void
program_name (Program *self, const char *email)
{
  g_autofree char *who = g_strdup_printf ("identifier=%s", email);

  program_begin (self, 0);
  program_assert_page (self, "identifier");
  program_answer (self, who);
}

static inline void
program_sign_in (Program *self, const char *email, const char *password)
{
  g_autofree char *what = g_strdup_printf ("password=%s", password);

  program_name (self, email);
  program_assert_page (self, "password");
  program_answer (self, what);
}

/* --- what came of it ------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *user_id;
  GPtrArray *sessions;
} Sessions;

static inline gboolean
read_sessions (PosternTxn *txn, gpointer data, GError **error)
{
  Sessions *it = data;

  it->sessions = postern_session_store_list (txn, it->user_id, TRUE, NULL, 100, error);
  return it->sessions != NULL;
}

/** Those that are alive. Returns: (transfer full) */
static inline GPtrArray *
list_sessions (const char *user_id)
{
  Sessions it = { user_id, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, read_sessions, &it, NULL));
  return it.sessions;
}
