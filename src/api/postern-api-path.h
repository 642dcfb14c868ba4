/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/* Private to this room: which row the path of a request means that did not come by the router. */

/** postern_api_path_split: @path: below /api/v1, percent-encoded. (transfer full) (nullable): its steps, decoded; NULL where there is an empty one, or no text */
char **postern_api_path_split (const char *path);
/** postern_api_path_fits: whether @steps are a path of @row */
gboolean postern_api_path_fits (const PosternApiRow *row, char **steps);
/** postern_api_path_capture: of @steps, which fit, those that @row has names for */
void postern_api_path_capture (PosternRequest *request, const PosternApiRow *row, char **steps);

G_END_DECLS
