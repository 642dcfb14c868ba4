/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <postern.h>

G_BEGIN_DECLS

#define POSTERN_TYPE_DEMO_MESSENGER (postern_demo_messenger_get_type ())
G_DECLARE_FINAL_TYPE (PosternDemoMessenger, postern_demo_messenger, POSTERN, DEMO_MESSENGER, PosternMessenger)

G_END_DECLS
