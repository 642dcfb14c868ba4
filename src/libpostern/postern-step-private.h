/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-step.h"

G_BEGIN_DECLS

/** postern_step_refuse: takes back whatever was answered and answers with @error (transfer full). For the asking side. */
void postern_step_refuse (PosternStep *self, GError *error);

G_END_DECLS
