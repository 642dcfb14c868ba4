/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-captcha.h"

G_BEGIN_DECLS

/**
 * PosternCaptchaPow: a proof of work without anybody else. The answer to a challenge is a number N, in decimal, such that the SHA-256 of
 * "CHALLENGE.N" begins with `difficulty` bits that are zero. The challenge is 128 random bits and stays with the flow that asks, so that
 * it needs no signature and is nobody else's.
 */
#define POSTERN_TYPE_CAPTCHA_POW (postern_captcha_pow_get_type ())
G_DECLARE_FINAL_TYPE (PosternCaptchaPow, postern_captcha_pow, POSTERN, CAPTCHA_POW, PosternCaptcha)

G_END_DECLS
