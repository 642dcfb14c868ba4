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
  const char *task;  /* that adds or changes it: PosternFlowTask */
  const char *factor; /* type of the factor that must run here, or the row is shown to those only who have it */
  const char *kind;  /* (nullable): of its credentials */
  guint traits;      /* PosternFlowMethodTrait */
  /* (nullable): more than that the factor runs */
  gboolean (*is_offered) (PosternFlowContext *context);
  /* (nullable): what the person has, of PosternFlowMethodItem; NULL: an entry for each credential of @kind */
  void (*add_items) (GPtrArray *items, PosternUser *user, GPtrArray *credentials);
};

/** PosternFlowMethodItem: one that a person has. Times in seconds since 1970, 0 for never. */
typedef struct {
  char *id;    /* by which it is removed or renamed; (nullable) */
  char *label; /* which one; (nullable) */
  char *aaguid; /* of a passkey: what made it (WebAuthn); (nullable) */
  gboolean unproved, removable;
  gint64 created_at, used_at;
} PosternFlowMethodItem;

/** PosternFlowMethodRow: a method that a person has or could add. */
typedef struct {
  const PosternFlowMethod *method;
  gboolean offered; /* or it is shown only so that it can be taken away */
  GPtrArray *items; /* (element-type PosternFlowMethodItem) */
} PosternFlowMethodRow;

/** postern_flow_methods_find_kind: by the kind of a credential. (transfer none) (nullable) */
const PosternFlowMethod *postern_flow_methods_find_kind (const char *kind);
/** postern_flow_methods_is_offered: whether the tenant's policy and this server let a person add it. */
gboolean postern_flow_methods_is_offered (const PosternFlowMethod *method, PosternFlowContext *context);
/**
 * postern_flow_methods_list: what @user has and could add: what is not offered here is shown to those who have it, so that they can take it away.
 * @credentials: (element-type PosternCredential): all of @user's. Returns: (transfer full) (element-type PosternFlowMethodRow)
 */
GPtrArray *postern_flow_methods_list (PosternFlowContext *context, PosternUser *user, GPtrArray *credentials);
/**
 * postern_flow_methods_to_variant: the same as member `methods` of the page `account`.
 * Returns: (transfer full): floating
 */
GVariant *postern_flow_methods_to_variant (PosternFlowContext *context, PosternUser *user, GPtrArray *credentials);

G_END_DECLS
