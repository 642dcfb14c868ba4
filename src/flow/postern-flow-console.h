/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-visit.h"
#include "postern-instance-change.h"
#include "postern-json.h"

G_BEGIN_DECLS

/*
 * The console: what an administrator sets up in pages instead of files. It changes the book by the very functions of the management
 * API (postern-instance-change.h), and asks for the very permissions, so that neither can do what the other may not.
 */

#define POSTERN_FLOW_CONSOLE_PATH "/console"

#define POSTERN_FLOW_CONSOLE_LOOKS_ON N_("You may see what is set up here, but not change it.")

/** PosternFlowConsole: somebody looks at a page of it. */
typedef struct {
  PosternFlowEngine *engine;
  PosternRequest *request;
  PosternInstanceBook *book;
  PosternFlowVisit *visit; /* owned */
  gboolean can_change;     /* else they only see it */
  gboolean sees_webhooks;
} PosternFlowConsole;

/** postern_flow_console_is_open: whether there is a console, and whether roles let the user @user_id see it. May block. */
gboolean postern_flow_console_is_open (PosternRuntime *runtime, PosternTenant *tenant, const char *user_id);
/**
 * postern_flow_console_enter: lets who may see connectors in.
 * @path: of this page: where who must sign in first comes back to
 * Returns: (transfer full) (nullable): NULL when @self is ready; else what others are answered: a sign-in, or 403
 */
PosternResponse *postern_flow_console_enter (PosternFlowConsole *self, PosternFlowEngine *engine, PosternRequest *request, const char *path);
/** postern_flow_console_enter_to_change: likewise, who may change them. */
PosternResponse *postern_flow_console_enter_to_change (PosternFlowConsole *self, PosternFlowEngine *engine, PosternRequest *request, const char *path);
void postern_flow_console_clear (PosternFlowConsole *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFlowConsole, postern_flow_console_clear)

/** postern_flow_console_refuse: (transfer full): an error page, which shows @message of ACCESS_DENIED alone. */
PosternResponse *postern_flow_console_refuse (PosternError code, const char *message);

/** postern_flow_console_get: what the book has of @id. (transfer full) (nullable): NOT_FOUND */
PosternInstanceEntry *postern_flow_console_get (PosternFlowConsole *self, const char *id, GError **error);
/** postern_flow_console_check: FALSE unless who acts may still change connectors, as of @txn. */
gboolean postern_flow_console_check (PosternFlowContext *context, PosternTxn *txn, GError **error);

/** postern_flow_console_add_url: the absolute address of @path and @rest (nullable). */
void postern_flow_console_add_url (PosternFlowConsole *self, PosternJsonObject *model, const char *name, const char *path, const char *rest);
/** postern_flow_console_guide_read: the blocks of the page `console-guide` that Markdown's @text makes, which is UTF-8. (transfer floating) */
GVariant *postern_flow_console_guide_read (const char *text);
/** postern_flow_console_add_guide: `guide_url`, where @info (nullable) has a page of its own. */
void postern_flow_console_add_guide (PosternFlowConsole *self, PosternJsonObject *model, PosternPluginInfo *info);
/** postern_flow_console_add_entry: what it is called, and how it is: `id`, `name`, `icon`, `kind`, `file` or `stored`, `problem`, and one of `running`, `starting`, `off`, `failed`. */
void postern_flow_console_add_entry (PosternJsonObject *model, PosternInstanceEntry *entry);

G_END_DECLS
