/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-engine.h"
#include "postern-json.h"

G_BEGIN_DECLS

#define POSTERN_FLOW_METHOD_PHONE "phone" /* what takes the place of a credential's id where the number is removed */

#define POSTERN_FLOW_METHOD_NAME_PATH "/account/name/" /* the id of what is named follows */

/** PosternFlowMethodTrait: bits */
typedef enum {
  POSTERN_FLOW_METHOD_MANY = 1 << 0,     /* one may have several of it: each has a name (member `name` of its data) */
  POSTERN_FLOW_METHOD_ALONE = 1 << 1,    /* enough to sign in with: the last of those is not removed */
  POSTERN_FLOW_METHOD_LASTING = 1 << 2   /* replaced, never removed */
} PosternFlowMethodTrait;

/**
 * PosternFlowMethod: a way to sign in, or to be reached, as a row of `/account`. A new one is a row in
 * postern-flow-methods.c: what the page shows and the removal with its rules follow from it.
 */
typedef struct _PosternFlowMethod PosternFlowMethod;
struct _PosternFlowMethod {
  const char *id;    /* of the row */
  const char *title; /* a phrase */
  const char *path;  /* of the page that adds or changes it */
  const char *factor; /* type of the factor that must run here, or the row is shown to those only who have it */
  const char *kind;  /* (nullable): of its credentials */
  guint traits;      /* PosternFlowMethodTrait */
  /* (nullable): more than that the factor runs */
  gboolean (*is_offered) (PosternFlowContext *context);
  /* (nullable): what the person has; NULL: an entry for each credential of @kind. @items: of a{sv}, see data/templates/README.md. Returns: whether it is still to be confirmed */
  gboolean (*add_items) (GVariantBuilder *items, PosternUser *user, GPtrArray *credentials);
};

/** postern_flow_methods_find_kind: by the kind of a credential. (transfer none) (nullable) */
const PosternFlowMethod *postern_flow_methods_find_kind (const char *kind);
/** postern_flow_methods_is_offered: whether the tenant's policy and this server let a person add it. */
gboolean postern_flow_methods_is_offered (const PosternFlowMethod *method, PosternFlowContext *context);
/**
 * postern_flow_methods_to_variant: member `methods` of the page `account`. @credentials: (element-type PosternCredential): all of @user's.
 * Returns: (transfer full): floating
 */
GVariant *postern_flow_methods_to_variant (PosternFlowContext *context, PosternUser *user, GPtrArray *credentials);

G_END_DECLS
