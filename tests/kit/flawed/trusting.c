/* SPDX-License-Identifier: Apache-2.0 */
/* A captcha that, with -DFLAW_TRUSTING, takes any answer, and with -DFLAW_FIELDLESS does not say which field brings it. */
#include <postern.h>
#include <string.h>

typedef struct {
  PosternCaptcha parent_instance;
} Trusting;

typedef struct {
  PosternCaptchaClass parent_class;
} TrustingClass;

GType trusting_get_type (void);
G_MODULE_EXPORT GType postern_plugin_query_type (void);
G_DEFINE_TYPE (Trusting, trusting, POSTERN_TYPE_CAPTCHA)

static GVariant *
trusting_describe (PosternCaptcha *captcha)
{
#ifdef FLAW_FIELDLESS
  return g_variant_ref_sink (g_variant_new_parsed ("{'challenge': <'two and two'>}"));
#else
  return g_variant_ref_sink (g_variant_new_parsed ("{'field': <'answer'>, 'challenge': <'two and two'>}"));
#endif
}

static gboolean
trusting_verify (PosternCaptcha *captcha, GVariant *challenge, const char *answer, PosternRequest *request, GCancellable *cancellable, GError **error)
{
#ifdef FLAW_TRUSTING
  return TRUE;
#else
  if (strcmp (answer, "four") == 0)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "It is not four");
  return FALSE;
#endif
}

static void
trusting_class_init (TrustingClass *klass)
{
  POSTERN_CAPTCHA_CLASS (klass)->describe = trusting_describe;
  POSTERN_CAPTCHA_CLASS (klass)->verify = trusting_verify;
}

static void
trusting_init (Trusting *self)
{
}

GType
postern_plugin_query_type (void)
{
  return trusting_get_type ();
}
