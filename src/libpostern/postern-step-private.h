/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-pairs-private.h"
#include "postern-step.h"

G_BEGIN_DECLS

/** postern_step_refuse: takes back whatever was answered and answers with @error (transfer full). For the asking side. */
void postern_step_refuse (PosternStep *self, GError *error);

/* As postern_step_set_input(), _load_state() and _dup_state(), without a GVariant between. Exported for the rooms in tree. */
POSTERN_API void postern_step_use_input (PosternStep *self, PosternPairs *input); /* @input: (nullable): a reference is taken */
POSTERN_API void postern_step_use_state (PosternStep *self, PosternPairs *state); /* @state: (nullable): copied */
POSTERN_API PosternPairs *postern_step_copy_state (PosternStep *self);            /* (transfer full) */

G_END_DECLS
