/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-answer.h"
#include "postern-cookie.h"
#include "postern-error.h"
#include "postern-json.h"
#include "postern-languages.h"
#include "postern-request-private.h"

#include <string.h>

/* Of each page; what a page itself allows is added. */
static const struct {
  const char *directive, *sources;
} page_policy[] = {
  { "style-src", " 'self'" },   { "script-src", " 'self'" },  { "img-src", " 'self' data: https:" }, { "font-src", " 'self'" },
  { "connect-src", " 'self'" }, { "manifest-src", " 'self'" }, { "frame-src", "" },
};
#define PAGE_POLICY_BEGIN "default-src 'none'; "
#define PAGE_POLICY_END "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
#define OTHER_POLICY "default-src 'none'; frame-ancestors 'none'"
#define LANGUAGE_MAX_AGE (365 * 24 * 3600)

static void
copy_header (const char *name, const char *value, gpointer user_data)
{
  postern_response_set_header (user_data, name, value);
}

static void
copy_cookie (const char *name, const char *value, gint64 max_age, gpointer user_data)
{
  postern_response_set_cookie (user_data, name, value, max_age);
}

typedef struct {
  const char *directive;
  GString *sources;
} Sources;

static void
add_source (const char *directive, const char *source, gpointer user_data)
{
  Sources *it = user_data;

  if (g_str_equal (directive, it->directive))
    g_string_append_printf (it->sources, " %s", source);
}

/* A directive without sources falls back to the default, which is none. */
static void
add_directive (GString *policy, PosternResponse *page, const char *directive, const char *sources)
{
  g_autoptr (GString) all = g_string_new (sources);

  postern_response_foreach_source (page, add_source, &(Sources){ directive, all });
  if (all->len > 0)
    g_string_append_printf (policy, "%s%s; ", directive, all->str);
}

/* form-action also binds the redirects that follow a POST, so the application's origin stands there too. */
static void
set_policy (PosternResponse *out, PosternResponse *page)
{
  GPtrArray *targets = postern_response_get_form_targets (page);
  g_autoptr (GString) policy = g_string_new (PAGE_POLICY_BEGIN);

  for (guint i = 0; i < G_N_ELEMENTS (page_policy); i++)
    add_directive (policy, page, page_policy[i].directive, page_policy[i].sources);
  g_string_append (policy, PAGE_POLICY_END);
  for (guint i = 0; i < targets->len; i++) {
    const char *target = g_ptr_array_index (targets, i);
    if (!strpbrk (target, ";, \t\r\n"))
      g_string_append_printf (policy, " %s", target);
  }
  postern_response_set_header (out, "Content-Security-Policy", policy->str);
}

/* Who used the language switcher is remembered. */
static void
remember_language (const PosternAnswerContext *self, PosternRequest *request, PosternResponse *out)
{
  const char *asked = NULL, *found;

  if (!postern_request_get_query (request, "ui_locales", &asked, NULL) || !asked)
    return;
  found = postern_languages_choose (postern_pages_get_languages (self->pages), asked);
  if (found)
    postern_response_set_cookie (out, POSTERN_PAGES_LANGUAGE_COOKIE, found, LANGUAGE_MAX_AGE);
}

/* When even the error page cannot be shown: no template, no phrase, only what support needs. */
static GBytes *
last_resort (PosternRequest *request)
{
  const char *id = postern_request_get_id (request);
  char *text = g_strdup_printf ("<!DOCTYPE html><html lang=\"en\"><title>Error</title><h1>Something went wrong</h1>"
                                "<p>This page could not be shown. Request: %s</p></html>", id ? id : "-");

  return g_bytes_new_take (text, strlen (text));
}

/* @page: a reference is taken over */
static PosternResponse *
render_json (const PosternAnswerContext *self, PosternRequest *request, PosternResponse *page)
{
  g_autoptr (PosternResponse) old = page;
  g_autoptr (GVariant) model = postern_pages_translate (self->pages, postern_response_get_model (page), request);
  PosternResponse *out = postern_response_new_json (postern_response_get_status (page), model);

  postern_response_foreach_header (page, copy_header, out);
  postern_response_foreach_cookie (page, copy_cookie, out);
  return out;
}

PosternResponse *
postern_answer_render (const PosternAnswerContext *self, PosternRequest *request, PosternResponse *response)
{
  g_autoptr (PosternResponse) page = response;
  const char *name = postern_response_get_template (page);
  g_autofree char *fresh = NULL;
  g_autofree char *token = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = NULL;
  PosternResponse *out;
  guint status = postern_response_get_status (page);

  if (!name)
    return g_steal_pointer (&page);
  if (!self->pages)
    return postern_response_new_json (status, postern_response_get_model (page));
  if (g_str_equal (name, POSTERN_RESPONSE_JSON))
    return render_json (self, request, g_steal_pointer (&page));
  token = postern_csrf_dup_token (self->csrf, request, &fresh);
  body = postern_pages_render (self->pages, name, postern_response_get_model (page), request, token, &error);
  if (!body) {
    g_warning ("The page “%s” could not be rendered: %s", name, error->message);
    body = last_resort (request);
    status = 500;
  }
  out = postern_response_new (status, "text/html; charset=utf-8", body);
  postern_response_foreach_header (page, copy_header, out);
  postern_response_foreach_cookie (page, copy_cookie, out);
  set_policy (out, page);
  if (fresh)
    postern_response_set_cookie (out, POSTERN_CSRF_COOKIE, fresh, -1);
  remember_language (self, request, out);
  return out;
}

typedef struct {
  const PosternAnswerContext *context;
  PosternRequest *request;
  PosternGateReply *reply;
} Writer;

/* (transfer none): "" at the root */
static const char *
get_base (PosternRequest *request)
{
  const char *url = postern_request_get_public_url (request);
  const char *host = url ? strstr (url, "://") : NULL;
  const char *path = host ? strchr (host + 3, '/') : NULL;

  return path ? path : "";
}

/* A Location that is a path lies below the request's public URL; it stays a path, so that the browser keeps the host it came by. */
static void
add_header (const char *name, const char *value, gpointer user_data)
{
  Writer *writer = user_data;

  if (*value == '/' && value[1] != '/' && g_ascii_strcasecmp (name, "Location") == 0) {
    g_autofree char *below = g_strconcat (get_base (writer->request), value, NULL);
    postern_gate_reply_add (writer->reply, g_intern_string (name), below);
    return;
  }
  postern_gate_reply_add (writer->reply, g_intern_string (name), value);
}

static void
add_cookie (const char *name, const char *value, gint64 max_age, gpointer user_data)
{
  Writer *writer = user_data;
  const char *tenant = postern_request_get_tenant (writer->request);
  g_autofree char *cookie = postern_cookie_format (name, value, max_age, writer->context->secure, tenant);

  if (g_strcmp0 (tenant, POSTERN_ANSWER_NOBODY) == 0)
    return;
  postern_gate_reply_add (writer->reply, "Set-Cookie", cookie);
}

PosternGateReply *
postern_answer_make_reply (const PosternAnswerContext *self, PosternRequest *request, PosternResponse *response, gboolean cors)
{
  PosternGateReply *reply = postern_gate_reply_new (postern_response_get_status (response), postern_response_get_body (response));
  Writer writer = { self, request, reply };
  const char *type = postern_response_get_content_type (response);

  if (type)
    postern_gate_reply_add (reply, "Content-Type", type);
  postern_response_foreach_header (response, add_header, &writer);
  postern_response_foreach_cookie (response, add_cookie, &writer);
  if (!postern_response_get_header (response, "Cache-Control"))
    postern_gate_reply_add_static (reply, "Cache-Control", "no-store");
  if (!postern_response_get_header (response, "Content-Security-Policy"))
    postern_gate_reply_add_static (reply, "Content-Security-Policy", OTHER_POLICY);
  postern_gate_reply_add_static (reply, "X-Content-Type-Options", "nosniff");
  postern_gate_reply_add_static (reply, "Referrer-Policy", "no-referrer");
  if (self->secure)
    postern_gate_reply_add_static (reply, "Strict-Transport-Security", "max-age=31536000");
  if (cors) {
    postern_gate_reply_add_static (reply, "Access-Control-Allow-Origin", "*");
    postern_gate_reply_add_static (reply, "Access-Control-Expose-Headers", "WWW-Authenticate, DPoP-Nonce");
  }
  return reply;
}

static gboolean
wants_page (PosternRequest *request)
{
  const char *accept = request ? postern_request_get_header (request, "Accept") : NULL;

  return accept && strstr (accept, "text/html") != NULL;
}

/* Where programs call, what this room itself refuses is a problem of no kind of its own (RFC 9457 section 4.2.1). */
static gboolean
is_api (PosternRequest *request)
{
  return request && g_str_has_prefix (postern_request_get_path (request), "/api/");
}

static PosternResponse *
new_problem (PosternRequest *request, const GError *error)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  guint status = postern_error_get_status (error);
  g_autoptr (GBytes) body = NULL;
  char *text;

  postern_json_object_add_string (&object, "type", "about:blank");
  postern_json_object_add_int64 (&object, "status", status);
  postern_json_object_add_string (&object, "detail", postern_error_is_public (error) ? error->message : NULL);
  postern_json_object_add_string (&object, "instance", postern_request_get_id (request));
  text = postern_json_print (postern_json_object_end (&object));
  body = g_bytes_new_take (text, strlen (text));
  return postern_response_new (status, "application/problem+json", body);
}

PosternResponse *
postern_answer_new_error (const PosternAnswerContext *self, PosternRequest *request, const GError *error)
{
  if (is_api (request))
    return new_problem (request, error);
  if (self->pages && wants_page (request))
    return postern_response_new_error_page (error, NULL);
  return postern_response_new_error (error);
}
