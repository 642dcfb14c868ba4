/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/** postern_api_consents_note_end: before they are forgotten: an entry for each consent of @user_id, or for the one that @application_id (nullable) has. None there is no error */
gboolean postern_api_consents_note_end (PosternApiCall *call, PosternTxn *txn, const char *user_id, const char *application_id, GError **error);

G_END_DECLS
