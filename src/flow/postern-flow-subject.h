/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-subject.h"

G_BEGIN_DECLS

/** How a subject is parked: a{sv} with id, claims (a{sv}), upstream (a{sv}) and sid; the last two only when given. */
GVariant *postern_flow_subject_to_variant (PosternSubject *subject); /* (transfer full), not floating */
PosternSubject *postern_flow_subject_from_variant (GVariant *kept); /* (transfer full) */

G_END_DECLS
