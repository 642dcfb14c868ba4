/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"

G_BEGIN_DECLS

/*
 * What a form of a page of our own is answered with when it was not taken, or was only a question: no POST is answered by a page, so
 * that back and reload never post twice. It is kept for the person for half an hour, and the page that is led to shows it.
 */

/**
 * postern_flow_kept_put: leads to @path, which gets @model from postern_flow_kept_get().
 * @path: of the page, without a query
 * @request: the one that is answered: its id is put into the model as `error_request`
 * @model: a{sv}: no secret, since it is not sealed; consumed if floating
 * Returns: (transfer full): 303, or an error page
 */
PosternResponse *postern_flow_kept_put (PosternFlowVisit *visit, PosternRequest *request, const char *path, GVariant *model);

/**
 * postern_flow_kept_get: what was kept for who visits, when the query of @request names it.
 * Returns: (transfer full) (nullable): a{sv}; NULL also where it is somebody else's, of another page than @path, or too old
 */
GVariant *postern_flow_kept_get (PosternFlowVisit *visit, PosternRequest *request, const char *path);

G_END_DECLS
