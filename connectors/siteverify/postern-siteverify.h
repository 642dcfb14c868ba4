/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

/** PosternSiteverify: a captcha of a provider. Which one, is settings: turnstile, hcaptcha and recaptcha are key files. */
#define POSTERN_TYPE_SITEVERIFY (postern_siteverify_get_type ())
G_DECLARE_FINAL_TYPE (PosternSiteverify, postern_siteverify, POSTERN, SITEVERIFY, PosternCaptcha)

G_END_DECLS
