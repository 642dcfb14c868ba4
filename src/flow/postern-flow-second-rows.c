/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-second-rows.h"

#include <glib/gi18n.h>

#include "postern-assurance.h"

const PosternFlowSecond postern_flow_second_rows[] = {
  /* name            plugin           kind             task           title */
  { "passkey",       "passkey",       "passkey",       "add-passkey", N_("Passkey or security key") },
  { "totp",          "totp",          "totp",          "add-totp",    N_("Code from an app") },
  { "sms-code",      "code",          NULL,            NULL,          N_("Code by text message") },
  { "email-code",    "code",          NULL,            NULL,          N_("Code by e-mail") },
  { "recovery-code", "recovery-code", "recovery-code", NULL,          N_("Recovery code") },
  { NULL },
};

const PosternFlowSecond *
postern_flow_second_rows_find_task (const char *task)
{
  for (const PosternFlowSecond *row = postern_flow_second_rows; row->name; row++)
    if (task && g_strcmp0 (row->task, task) == 0)
      return row;
  return NULL;
}

const char *
postern_flow_second_rows_name (PosternInstance *instance, const char *amr)
{
  const char *type = postern_instance_get_type_id (instance);

  if (!g_str_equal (type, "code"))
    return type;
  return g_strcmp0 (amr, "sms") == 0 ? "sms-code" : "email-code";
}
