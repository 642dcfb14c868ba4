/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"

G_BEGIN_DECLS

#define POSTERN_FLOW_ACCOUNT_PROFILE_FIELDS 3
#define POSTERN_FLOW_ACCOUNT_PROFILE_SYSTEM "system" /* the appearance as the device has it: what is said where none is kept */

/** PosternFlowAccountProfile: what a person says of themselves, and how pages look to them. All borrowed; each (nullable): it stays. */
typedef struct {
  const char *values[POSTERN_FLOW_ACCOUNT_PROFILE_FIELDS]; /* as typed; "" takes it away */
  const char *locale, *appearance; /* as postern_flow_look_is_language() and postern_flow_account_profile_is_appearance() take them */
} PosternFlowAccountProfile;

/** postern_flow_account_profile_get_field: what the value at @index is called (OpenID Connect Core 5.1). (transfer none) */
const char *postern_flow_account_profile_get_field (guint index);
gboolean postern_flow_account_profile_is_appearance (const char *text);
/** postern_flow_account_profile_find_wrong: the index of the first value that cannot be kept; -1: none */
gint postern_flow_account_profile_find_wrong (const PosternFlowAccountProfile *profile);
/** postern_flow_account_profile_save: of who is here. @profile: nothing of it is wrong */
gboolean postern_flow_account_profile_save (PosternFlowEngine *engine, PosternFlowVisit *visit, PosternRequest *request, const PosternFlowAccountProfile *profile, GError **error);

G_END_DECLS
