/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-code-person.h"

#include "postern-flow-browser.h"
#include "postern-flow-context.h"

typedef struct {
  PosternCodePerson *person;
  const char *user_id, *identifier, *device_hash;
} Look;

static gboolean
look (PosternTxn *txn, gpointer user_data, GError **error)
{
  Look *it = user_data;
  PosternCodePerson *person = it->person;
  g_autoptr (GError) missing = NULL;

  postern_code_person_clear (person);
  person->user = it->user_id ? postern_user_store_get (txn, it->user_id, &missing) : postern_user_store_find (txn, it->identifier, &missing);
  if (person->user && it->device_hash &&
      postern_device_store_knows (txn, it->device_hash, person->user->id, postern_flow_context_now (), NULL))
    person->device_hash = g_strdup (it->device_hash);
  return postern_store_pass_missing (&missing, error);
}

gboolean
postern_code_person_find (PosternCodePerson *self, PosternFlowContext *context, const char *user_id, const char *identifier, GError **error)
{
  g_autofree char *device_hash = postern_flow_browser_dup_device_hash (context->request);
  Look it = { self, user_id, identifier, device_hash };

  return postern_store_read (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, look, &it, error);
}

void
postern_code_person_clear (PosternCodePerson *self)
{
  g_clear_pointer (&self->user, postern_user_unref);
  g_clear_pointer (&self->device_hash, g_free);
}

const char *
postern_code_person_get_recipient (const PosternCodePerson *self, const char *channel)
{
  const PosternUser *user = self->user;

  if (user == NULL || user->disabled_at != 0)
    return NULL;
  if (g_str_equal (channel, "sms"))
    return user->phone_verified ? user->phone : NULL;
  return user->email_verified ? user->email : NULL;
}
