/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-instance.h"

G_BEGIN_DECLS

/** PosternInstanceTrial: what came of asking the provider of an instance. */
typedef struct {
  gboolean good;              /* it is reached and takes our secret; or there is no provider to ask */
  const char *const *suspect; /* (nullable): settings one of which is likely to be wrong */
  char *text;                 /* owned: what, what to do; without secrets */
} PosternInstanceTrial;

void postern_instance_try_clear (PosternInstanceTrial *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternInstanceTrial, postern_instance_try_clear)

/** postern_instance_try_set_error: what @error, of making or asking the instance, says of its settings. */
void postern_instance_try_set_error (PosternInstanceTrial *self, const GError *error);
/**
 * postern_instance_try_explain: what the log says of @error, by which @instance signed nobody in: where nobody could be reached, also the
 * setting that leads there, and what to do. (transfer full)
 */
char *postern_instance_try_explain (PosternInstance *instance, const GError *error);
/**
 * postern_instance_try: asks the provider as a sign-in would: whether it is reached, and with a code that nobody was given whether it
 * takes our secret. Blocks while the provider is asked.
 * @public_url: of this server
 * @cancellable: (nullable)
 */
void postern_instance_try (PosternInstance *instance, const char *public_url, GCancellable *cancellable, PosternInstanceTrial *trial);

G_END_DECLS
