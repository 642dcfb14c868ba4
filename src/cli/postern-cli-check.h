/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-registry.h"

G_BEGIN_DECLS

/** PosternCliFinding: one line about an instance's file. */
typedef struct {
  char *file;
  guint line; /* from 1 */
  char *key;  /* (nullable): the file as a whole */
  char *text; /* what, and what to do; never a value, which may be secret */
  gboolean advice; /* the server takes the file nevertheless */
} PosternCliFinding;

/**
 * postern_cli_check: all that can be said about the instance's file @path without running any plugin.
 * @folders: (array zero-terminated=1): where instance files are looked for; a later one hides an earlier one
 * Returns: (transfer full) (element-type PosternCliFinding): empty for a file that is as it should be
 */
GPtrArray *postern_cli_check (const char *path, PosternRegistry *registry, const char *const *folders);
/** postern_cli_check_is_good: no finding but advice */
gboolean postern_cli_check_is_good (GPtrArray *findings);

G_END_DECLS
