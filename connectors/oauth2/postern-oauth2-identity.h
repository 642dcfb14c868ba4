/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-oauth2-connector.h"

G_BEGIN_DECLS

/** postern_oauth2_identity_fetch: the profile that the access token opens, with the further documents among its members. (transfer full) (nullable): a{sv} */
GVariant *postern_oauth2_identity_fetch (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error);

/**
 * postern_oauth2_identity_check_age: that the person showed the provider who they are as lately as it was asked for.
 * @claims: (nullable): of a verified ID token. FALSE with POSTERN_ERROR_UNMET_AUTHENTICATION
 */
gboolean postern_oauth2_identity_check_age (PosternOauth2Connector *self, PosternStep *step, GVariant *claims, GError **error);

/** postern_oauth2_identity_check: whether each condition of the list @setting holds in @document: some say with status 200 that they have nothing to say. FALSE with POSTERN_ERROR_PROVIDER */
gboolean postern_oauth2_identity_check (PosternOauth2Connector *self, GVariant *document, const char *setting, GError **error);

/** postern_oauth2_identity_read: who @profile is about, by the settings. (transfer full) (nullable): NULL with POSTERN_ERROR_PROVIDER */
PosternSubject *postern_oauth2_identity_read (PosternOauth2Connector *self, GVariant *profile, GError **error);

/** postern_oauth2_identity_find: both, one after the other; the class's `identify`. */
PosternSubject *postern_oauth2_identity_find (PosternOauth2Connector *self, PosternStep *step, GVariant *metadata, GVariant *response, GError **error);

G_END_DECLS
