/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"
#include "postern-request.h"

G_BEGIN_DECLS

/**
 * PosternCaptcha:
 *
 * Tells people from programs, on a page where many guesses were wrong. It is asked before the secret is looked at, and takes
 * nothing away from the limits on guesses. Pages that are shown keep what postern_captcha_describe() gave them; the core sees to
 * it that what is answered to one description is looked at once, whether it was right or not.
 */
#define POSTERN_TYPE_CAPTCHA (postern_captcha_get_type ())
POSTERN_API G_DECLARE_DERIVABLE_TYPE (PosternCaptcha, postern_captcha, POSTERN, CAPTCHA, PosternInstance)

/**
 * PosternCaptchaClass::describe:
 *
 * What one page needs. Runs each time that a page asks; does not touch the network. Strings, but for the numbers:
 *
 * - `field` (required): the form's input that brings the answer
 * - `challenge`, `difficulty` (a number), `expires_at` (a number, seconds since 1970): of a proof of work, which our own script does
 * - `script`, `widget`, `site_key`, `action`: the URL of a provider's script, the class of the element that it fills, and what that
 *   element says (`data-sitekey`, `data-action`)
 * - `score`: "1" where the script shows nothing and is asked for an answer when the form is sent
 * - `policy`: what the page's content security policy must allow besides: "script-src https://a.example; frame-src https://b.example"
 *
 * Returns: (transfer full) (nullable): an a{sv}
 */

/**
 * PosternCaptchaClass::verify:
 * @challenge: an a{sv}: what describe() gave to the page
 * @answer: what the page sent as `field`; not empty, of at most 16 KiB
 * @request: the request that brought it
 * @cancellable: (nullable)
 *
 * Whether @answer is right. May block (network), but ends when @cancellable fires.
 *
 * Returns: TRUE if it is; FALSE with POSTERN_ERROR_ACCESS_DENIED if it is wrong, too old or was used before, and with another
 *   error if that could not be found out
 */

/**
 * PosternCaptchaClass:
 * @parent_class: the base
 * @describe: what a page needs
 * @verify: looks at an answer
 * @remote: set in class_init: whether verify() reaches another company's system, so that its calls at a time are bounded, and
 *   nobody waits for one that is down. The setting `when-unreachable` of such an instance says what comes of that: "allow", else refuse
 * @padding: room to grow; never used by a plugin
 *
 * What a type overrides.
 */
struct _PosternCaptchaClass {
  PosternInstanceClass parent_class;
  GVariant *(*describe) (PosternCaptcha *self);
  gboolean (*verify) (PosternCaptcha *self, GVariant *challenge, const char *answer, PosternRequest *request, GCancellable *cancellable, GError **error);
  gboolean remote;
  gpointer padding[10];
};

/**
 * postern_captcha_describe:
 *
 * As the vfunc of that name.
 *
 * Returns: (transfer full) (nullable): an a{sv}; NULL from one that does not say which field brings the answer
 */
POSTERN_API GVariant *postern_captcha_describe (PosternCaptcha *self);

/**
 * postern_captcha_verify:
 * @challenge: an a{sv}, which postern_captcha_describe() gave
 * @answer: (nullable)
 * @request: the request that brought it
 * @cancellable: (nullable)
 *
 * As the vfunc of that name; nothing, or too much, is wrong without its being asked.
 *
 * Returns: TRUE if it is right
 */
POSTERN_API gboolean postern_captcha_verify (PosternCaptcha *self, GVariant *challenge, const char *answer, PosternRequest *request,
                                             GCancellable *cancellable, GError **error);

G_END_DECLS
