/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-console.h"

G_BEGIN_DECLS

/*
 * The form of a connector, made from the declared settings of its type, and read again. A setting NAME is the field setting-NAME; for
 * a secret that can do without there is forget-NAME beside it. Further fields: id (when it is made), name, order.
 */

/** PosternFlowConsoleForm: what was sent; the strings of @change are its own or the request's. */
typedef struct {
  PosternInstanceChange change;
  char *id, *name, *order;
} PosternFlowConsoleForm;
#define POSTERN_FLOW_CONSOLE_FORM_INIT { POSTERN_INSTANCE_CHANGE_INIT, NULL, NULL, NULL }

void postern_flow_console_form_clear (PosternFlowConsoleForm *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFlowConsoleForm, postern_flow_console_form_clear)
/**
 * postern_flow_console_form_read: of settings, only what is to be another than in @entry.
 * @entry: (nullable): a new one
 */
gboolean postern_flow_console_form_read (PosternFlowConsoleForm *self, PosternRequest *request, PosternPluginInfo *info, PosternInstanceEntry *entry, GError **error);

/** PosternFlowConsoleFault: why it was not taken: a name as of postern_instance_change_put(), and words for it, a phrase. */
typedef struct {
  const char *culprit, *words; /* culprit: (nullable) */
  const char *detail;          /* (nullable): further words, for an operator */
} PosternFlowConsoleFault;

/**
 * postern_flow_console_form_find_words: what to say beside the field @culprit, which @request sent, of why @error refused it.
 * Returns: (transfer none) (nullable): a phrase
 */
const char *postern_flow_console_form_find_words (PosternRequest *request, PosternPluginInfo *info, PosternInstanceEntry *entry, const char *culprit, const GError *error);
/** postern_flow_console_form_dup_typed: what @request sent, but for secrets, as the body of a form. (transfer full) */
char *postern_flow_console_form_dup_typed (PosternRequest *request, PosternPluginInfo *info);
/**
 * postern_flow_console_form_add: the members of the page that are fields.
 * @entry: (nullable): a new one, for which @id is proposed
 * @typed: (nullable): what was sent, and is shown again but for secrets
 */
void postern_flow_console_form_add (PosternJsonObject *model, PosternPluginInfo *info, PosternInstanceEntry *entry, PosternRequest *typed, const PosternFlowConsoleFault *fault);

G_END_DECLS
