/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include "postern-captcha.h"
#include "postern-request-private.h"

/* Of the page that the answer is sent from */
static PosternRequest *
request_new (void)
{
  PosternRequest *request = postern_request_new ("POST", "/sign-in/flw_1", NULL);

  postern_request_set_public_url (request, "https://id.example");
  postern_request_set_remote_address (request, "192.0.2.1");
  return request;
}

/* @answer is none that a page could have sent after @description. */
static void
try (PosternContract *self, PosternInstance *instance, GVariant *description, const char *answer, GCancellable *cancellable)
{
  g_autoptr (PosternRequest) request = request_new ();
  GError *error = NULL;

  if (!postern_captcha_verify (POSTERN_CAPTCHA (instance), description, answer, request, cancellable, &error)) {
    postern_contract_take_error (self, "verify()", error);
    return;
  }
  postern_contract_fault (self, "verify() takes “%.40s”, which nobody solved anything for; return FALSE with POSTERN_ERROR_ACCESS_DENIED", answer);
  g_clear_error (&error);
}

void
postern_contract_captcha_act (PosternContract *self, PosternInstance *instance, GCancellable *cancellable)
{
  g_autoptr (GVariant) description = postern_captcha_describe (POSTERN_CAPTCHA (instance));

  if (description)
    try (self, instance, description, "not an answer", cancellable);
}

static void
check_describe (PosternContract *self)
{
  static const char *const texts[] = { "field", "challenge", "script", "widget", "site_key", "action", "score", "policy" };
  g_autoptr (GVariant) description = postern_captcha_describe (POSTERN_CAPTCHA (self->instance));

  if (description == NULL)
    postern_contract_fault (self, "describe() gives no a{sv} with a string \"field\"; name the form's input that brings the answer");
  for (guint i = 0; description && i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GVariant) text = g_variant_lookup_value (description, texts[i], NULL);

    if (text && !g_variant_is_of_type (text, G_VARIANT_TYPE_STRING))
      postern_contract_fault (self, "describe() gives \"%s\" as %s; make it a string", texts[i], g_variant_get_type_string (text));
  }
}

/* Also to a description that is not its own, as one that waited while the operator changed the type. */
static void
check_verify (PosternContract *self)
{
  g_autofree char *endless = g_strnfill (16 * 1024, '0');
  const char *answers[] = { "not an answer", "0", "-1", "\xc3\xa4\xe2\x80\xae\xf0\x9f\x94\x91", "{\"success\":true}", endless };
  g_autoptr (GVariant) description = postern_captcha_describe (POSTERN_CAPTCHA (self->instance));
  g_autoptr (GVariant) other = g_variant_ref_sink (g_variant_new_parsed ("{'field': <'other'>, 'challenge': <7>, 'difficulty': <'much'>}"));

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    if (description)
      try (self, self->instance, description, answers[i], NULL);
    try (self, self->instance, other, answers[i], NULL);
  }
}

void
postern_contract_captcha_check (PosternContract *self)
{
  postern_contract_check (self, "it describes what a page needs", check_describe);
  postern_contract_check (self, "it takes no answer that nobody gave", check_verify);
}
