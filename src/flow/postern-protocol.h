/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-bearer.h"
#include "postern-flow-engine.h"
#include "postern-route.h"
#include "postern-runtime.h"

G_BEGIN_DECLS

/**
 * PosternProtocol: a way in which applications ask for a sign-in (OpenID Connect, SAML). In tree only.
 * Its routes make flows and give them to the engine; the engine comes back to it for the last word.
 */
#define POSTERN_TYPE_PROTOCOL (postern_protocol_get_type ())
G_DECLARE_DERIVABLE_TYPE (PosternProtocol, postern_protocol, POSTERN, PROTOCOL, PosternInstance)

struct _PosternProtocolClass {
  PosternInstanceClass parent_class;
  /** start: once, when the worker's runtime stands. */
  gboolean (*start) (PosternProtocol *self, PosternRuntime *runtime, PosternFlowEngine *engine, GError **error);
  /** get_routes: a static table; handlers get the protocol as user_data. */
  const PosternRoute *(*get_routes) (PosternProtocol *self);
  /** look: (nullable): stage `policy-in`, in the one read of a token request: what the code or token that was shown stands for; fills @flow in. May run twice. */
  gboolean (*look) (PosternProtocol *self, PosternFlow *flow, PosternTxn *txn, GError **error);
  /** sign: (nullable): after the walk and before issue()'s transaction, for what is slow and needs no store: signatures. FALSE refuses. */
  gboolean (*sign) (PosternProtocol *self, PosternFlow *flow, GError **error);
  /** issue: stage `issue`: writes grant and code or tokens inside @txn and answers. (transfer full) (nullable) */
  PosternResponse *(*issue) (PosternProtocol *self, PosternFlow *flow, PosternTxn *txn, GError **error);
  /** refuse: the flow ends with @error; answer as the protocol does (redirect, page or JSON). (transfer full) */
  PosternResponse *(*refuse) (PosternProtocol *self, PosternFlow *flow, const GError *error);
  /**
   * show: (nullable): NATIVE only: the flow is parked; tells the application what @page asks (postern-flow-native-pages.h), and the
   * @auth_session that its answer must bring. (transfer full)
   */
  PosternResponse *(*show) (PosternProtocol *self, PosternFlow *flow, GVariant *page, const char *auth_session);
  /** session_ended: tell the applications (back-channel logout); called after the commit, on a handler thread. */
  void (*session_ended) (PosternProtocol *self, PosternTenant *tenant, PosternSession *session, GPtrArray *grants);
  /**
   * admit: (nullable): who shows @request an access token for @resource, one of our own. @bearer: (out): empty before; to be cleared, whatever comes
   * of it. FALSE without @error where none came; with INVALID_TOKEN, ACCESS_DENIED, INSUFFICIENT_AUTHENTICATION … Whether a scope suffices, the resource says.
   */
  gboolean (*admit) (PosternProtocol *self, PosternRequest *request, const char *resource, PosternBearer *bearer, GError **error);
  /** default_tenant_only: other tenants have no such protocol */
  gboolean default_tenant_only;
  gpointer padding[3];
};

gboolean postern_protocol_start (PosternProtocol *self, PosternRuntime *runtime, PosternFlowEngine *engine, GError **error);
const PosternRoute *postern_protocol_get_routes (PosternProtocol *self);
/** postern_protocol_can_admit: whether it has access tokens */
gboolean postern_protocol_can_admit (PosternProtocol *self);
/** postern_protocol_admit: as PosternProtocolClass.admit, where it can. Reads the store. Thread-safe. */
gboolean postern_protocol_admit (PosternProtocol *self, PosternRequest *request, const char *resource, PosternBearer *bearer, GError **error);

G_END_DECLS
