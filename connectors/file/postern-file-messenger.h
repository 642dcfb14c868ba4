/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern.h"

G_BEGIN_DECLS

#define POSTERN_TYPE_FILE_MESSENGER (postern_file_messenger_get_type ())
G_DECLARE_FINAL_TYPE (PosternFileMessenger, postern_file_messenger, POSTERN, FILE_MESSENGER, PosternMessenger)

G_END_DECLS
