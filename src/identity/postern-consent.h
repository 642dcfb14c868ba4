/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

G_BEGIN_DECLS

/*
 * What a person allowed an application, and its end, by the person themselves or by an administrator. A grant is one sign-in; what was allowed
 * is remembered beside it, so that the next sign-in asks nobody. Who takes all of an application's access back therefore takes back both, or
 * the application would have it again at once. Who revokes one grant ends that sign-in alone.
 */

/**
 * postern_consent_take_back: of @user_id all that @application_id was allowed and granted.
 * @scope: (out) (transfer full) (nullable): what was remembered; NULL where nothing was, as of an application of ours
 * Returns: FALSE with NOT_FOUND where it has neither
 */
gboolean postern_consent_take_back (PosternTxn *txn, const char *user_id, const char *application_id, gint64 now, char **scope, GError **error);

/** postern_consent_take_back_all: the same of a person, of an application, or of both: either (nullable), not both. Where there is nothing, nothing is done. */
gboolean postern_consent_take_back_all (PosternTxn *txn, const char *user_id, const char *application_id, gint64 now, GError **error);

G_END_DECLS
