/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-siteverify.h"

#include <string.h>

#define MAX_BYTES (64 * 1024)
#define WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

struct _PosternSiteverify {
  PosternCaptcha parent_instance;
  gboolean score;
  double minimum;
};

G_DEFINE_FINAL_TYPE (PosternSiteverify, postern_siteverify, POSTERN_TYPE_CAPTCHA)

/* (nullable): an empty one is none */
static const char *
get (PosternSiteverify *self, const char *name)
{
  const char *value = postern_settings_get_string (postern_instance_get_settings (POSTERN_INSTANCE (self)), name);

  return value && *value ? value : NULL;
}

static gboolean
is_on (PosternSiteverify *self, const char *name)
{
  return postern_settings_get_boolean (postern_instance_get_settings (POSTERN_INSTANCE (self)), name);
}

static gboolean
read_minimum (PosternSiteverify *self)
{
  const char *text = get (self, "minimum-score");
  char *end = NULL;

  self->minimum = text ? g_ascii_strtod (text, &end) : 0.5;
  return self->minimum >= 0 && self->minimum <= 1 && (end == NULL || *end == '\0');
}

static gboolean
postern_siteverify_configure (PosternInstance *instance, GError **error)
{
  PosternSiteverify *self = POSTERN_SITEVERIFY (instance);
  const char *action = get (self, "action"), *fault = NULL;

  self->score = g_strcmp0 (get (self, "mode"), "score") == 0;
  if (!read_minimum (self))
    fault = "minimum-score: write a number from 0 to 1, such as 0.5";
  else if (action && strspn (action, WORD) != strlen (action))
    fault = "action: write letters, digits and underscores alone";
  else if (self->score && action == NULL)
    fault = "action: with mode=score it is what tells this page's answers from others'; write one, such as sign_in";
  else if (!self->score && get (self, "widget") == NULL)
    fault = "widget: with mode=widget it is the class of the element that the script fills; write it";
  if (fault)
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, fault);
  return fault == NULL;
}

static GVariant *
postern_siteverify_describe (PosternCaptcha *captcha)
{
  PosternSiteverify *self = POSTERN_SITEVERIFY (captcha);
  g_autofree char *key = g_uri_escape_string (get (self, "site-key"), NULL, FALSE);
  g_autofree char *script = self->score ? g_strconcat (get (self, "script"), "?render=", key, NULL) : g_strdup (get (self, "script"));
  g_auto (PosternJsonObject) it = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&it, "field", get (self, "field"));
  postern_json_object_add_string (&it, "script", script);
  postern_json_object_add_string (&it, "widget", get (self, "widget"));
  postern_json_object_add_string (&it, "site_key", get (self, "site-key"));
  postern_json_object_add_string (&it, "action", get (self, "action"));
  postern_json_object_add_string (&it, "score", self->score ? "1" : NULL);
  postern_json_object_add_string (&it, "policy", get (self, "policy"));
  return g_variant_ref_sink (postern_json_object_end (&it));
}

/* --- asking -------------------------------------------------------------------------------------------------------------------- */

static void
add (GString *form, const char *name, const char *value)
{
  g_autofree char *escaped = value ? g_uri_escape_string (value, NULL, FALSE) : NULL;

  if (escaped)
    g_string_append_printf (form, "%s%s=%s", form->len > 0 ? "&" : "", name, escaped);
}

/* The secret goes last: a text that grows leaves copies of what it was behind. */
static GString *
make_form (PosternSiteverify *self, const char *answer, PosternRequest *request)
{
  GString *form = g_string_new (NULL);

  add (form, "response", answer);
  add (form, "sitekey", is_on (self, "send-site-key") ? get (self, "site-key") : NULL);
  add (form, "remoteip", is_on (self, "send-address") ? postern_request_get_remote_address (request) : NULL);
  add (form, "secret", get (self, "secret"));
  return form;
}

/* (transfer full) (nullable): the body of what @url says to @form, which is wiped */
static GBytes *
post (const char *url, GString *form, guint *status, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (form->str, form->len);
  GBytes *body = postern_http_client_send (postern_http_client_get_default (), "POST", url, g_variant_new_parsed ("{'Accept': 'application/json'}"),
                                           "application/x-www-form-urlencoded", bytes, MAX_BYTES, status, NULL, cancellable, error);

  explicit_bzero (form->str, form->len);
  return body;
}

/* (transfer full) (nullable): an object; UNREACHABLE, TEMPORARILY_UNAVAILABLE or PROVIDER when there is none */
static GVariant *
fetch (PosternSiteverify *self, const char *answer, PosternRequest *request, GCancellable *cancellable, GError **error)
{
  const char *url = get (self, "verify-url"), *text;
  g_autoptr (GString) form = make_form (self, answer, request);
  g_autoptr (GVariant) document = NULL;
  g_autoptr (GBytes) body = NULL;
  gsize length = 0;
  guint status = 0;

  body = post (url, form, &status, cancellable, error);
  if (body == NULL)
    return NULL;
  text = g_bytes_get_data (body, &length);
  document = text && status < 500 && status != 429 ? postern_json_parse_object (text, (gssize) length, MAX_BYTES, NULL) : NULL;
  if (document)
    return g_steal_pointer (&document);
  g_set_error (error, POSTERN_ERROR, status == 429 ? POSTERN_ERROR_TEMPORARILY_UNAVAILABLE : POSTERN_ERROR_PROVIDER,
               "%s: status %u, and no answer that can be read", url, status);
  return NULL;
}

/* --- the answer ----------------------------------------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, PosternError code, const char *message)
{
  g_set_error_literal (error, POSTERN_ERROR, code, message);
  return FALSE;
}

/*
 * What says that our own key is wrong is no word about the person's answer. Nothing else may be among these: whoever could bring
 * it about with an answer would choose what `when-unreachable` makes of it.
 */
static gboolean
read_refusal (GVariant *document, GError **error)
{
  static const char *const ours[] = { "missing-input-secret", "invalid-input-secret", "internal-error", NULL };
  g_auto (GStrv) codes = postern_json_dup_strv (document, "error-codes", FALSE);
  g_autofree char *all = codes ? g_strjoinv (", ", codes) : NULL;

  for (guint i = 0; codes && codes[i]; i++)
    if (g_strv_contains (ours, codes[i])) {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_PROVIDER, "The provider says %s; compare the setting secret with what it gave you", codes[i]);
      return FALSE;
    }
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "The provider says %s", all && *all ? all : "no, and not why");
  return FALSE;
}

/* An answer that another site's visitor gave is worth nothing here, though the provider calls it right. */
static gboolean
is_of_this_site (GVariant *document, PosternRequest *request)
{
  const char *url = postern_request_get_public_url (request), *named = postern_json_get_string (document, "hostname");
  g_autoptr (GUri) uri = url ? g_uri_parse (url, G_URI_FLAGS_NONE, NULL) : NULL;

  return uri && named && g_ascii_strcasecmp (named, g_uri_get_host (uri)) == 0;
}

static gboolean
has_score (PosternSiteverify *self, GVariant *document)
{
  g_autoptr (GVariant) score = postern_json_get (document, "score");

  if (!self->score)
    return TRUE;
  if (score && g_variant_is_of_type (score, G_VARIANT_TYPE_DOUBLE))
    return g_variant_get_double (score) >= self->minimum;
  return score && g_variant_is_of_type (score, G_VARIANT_TYPE_INT64) && (double) g_variant_get_int64 (score) >= self->minimum;
}

static gboolean
postern_siteverify_verify (PosternCaptcha *captcha, GVariant *challenge, const char *answer, PosternRequest *request, GCancellable *cancellable, GError **error)
{
  PosternSiteverify *self = POSTERN_SITEVERIFY (captcha);
  g_autoptr (GVariant) document = fetch (self, answer, request, cancellable, error);
  g_autoptr (GVariant) success = document ? postern_json_get (document, "success") : NULL;
  const char *action = get (self, "action");

  if (document == NULL)
    return FALSE;
  if (success == NULL || !g_variant_is_of_type (success, G_VARIANT_TYPE_BOOLEAN))
    return refuse (error, POSTERN_ERROR_PROVIDER, "The provider's answer has no boolean \"success\"");
  if (!g_variant_get_boolean (success))
    return read_refusal (document, error);
  if (!is_of_this_site (document, request))
    return refuse (error, POSTERN_ERROR_ACCESS_DENIED, "The answer was given on another site, or the provider does not say on which");
  if (action && g_strcmp0 (action, postern_json_get_string (document, "action")) != 0)
    return refuse (error, POSTERN_ERROR_ACCESS_DENIED, "The answer was given for another action");
  return has_score (self, document) || refuse (error, POSTERN_ERROR_ACCESS_DENIED, "The score is too low, or there is none");
}

static void
postern_siteverify_class_init (PosternSiteverifyClass *klass)
{
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_siteverify_configure;
  POSTERN_CAPTCHA_CLASS (klass)->describe = postern_siteverify_describe;
  POSTERN_CAPTCHA_CLASS (klass)->verify = postern_siteverify_verify;
  POSTERN_CAPTCHA_CLASS (klass)->remote = TRUE;
}

static void
postern_siteverify_init (PosternSiteverify *self)
{
}
