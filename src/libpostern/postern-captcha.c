/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-captcha.h"

#include "postern-error.h"

#include <string.h>

#define ANSWER_MAX (16 * 1024) /* bytes; providers' own are of a few thousand */

G_DEFINE_ABSTRACT_TYPE (PosternCaptcha, postern_captcha, POSTERN_TYPE_INSTANCE)

static GVariant *
postern_captcha_real_describe (PosternCaptcha *self)
{
  return NULL;
}

static gboolean
postern_captcha_real_verify (PosternCaptcha *self, GVariant *challenge, const char *answer, PosternRequest *request, GCancellable *cancellable, GError **error)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "Nobody looks at answers here");
  return FALSE;
}

static void
postern_captcha_class_init (PosternCaptchaClass *klass)
{
  klass->describe = postern_captcha_real_describe;
  klass->verify = postern_captcha_real_verify;
}

static void
postern_captcha_init (PosternCaptcha *self)
{
}

GVariant *
postern_captcha_describe (PosternCaptcha *self)
{
  g_autoptr (GVariant) description = NULL;
  const char *field = NULL;

  g_return_val_if_fail (POSTERN_IS_CAPTCHA (self), NULL);
  description = POSTERN_CAPTCHA_GET_CLASS (self)->describe (self);
  if (description == NULL || !g_variant_is_of_type (description, G_VARIANT_TYPE_VARDICT) || !g_variant_lookup (description, "field", "&s", &field) || *field == '\0')
    return NULL;
  return g_steal_pointer (&description);
}

gboolean
postern_captcha_verify (PosternCaptcha *self, GVariant *challenge, const char *answer, PosternRequest *request, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (POSTERN_IS_CAPTCHA (self) && challenge && POSTERN_IS_REQUEST (request), FALSE);
  if (answer && *answer && strlen (answer) <= ANSWER_MAX)
    return POSTERN_CAPTCHA_GET_CLASS (self)->verify (self, challenge, answer, request, cancellable, error);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED, "The answer is empty, or too long");
  return FALSE;
}
