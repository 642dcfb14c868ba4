/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oauth2-connector.h"

G_BEGIN_DECLS

/** postern_oauth2_identity_fetch: the profile that the access token opens, with the further documents among its members. (transfer full) (nullable): a{sv} */
GVariant *postern_oauth2_identity_fetch (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error);

/** postern_oauth2_identity_read: who @profile is about, by the settings. (transfer full) (nullable): NULL with POSTERN_ERROR_PROVIDER */
PosternSubject *postern_oauth2_identity_read (PosternOauth2Connector *self, GVariant *profile, GError **error);

/** postern_oauth2_identity_find: both, one after the other; the class's `identify`. */
PosternSubject *postern_oauth2_identity_find (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error);

G_END_DECLS
