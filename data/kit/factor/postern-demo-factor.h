/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <postern.h>

G_BEGIN_DECLS

#define POSTERN_TYPE_DEMO_FACTOR (postern_demo_factor_get_type ())
G_DECLARE_FINAL_TYPE (PosternDemoFactor, postern_demo_factor, POSTERN, DEMO_FACTOR, PosternFactor)

G_END_DECLS
