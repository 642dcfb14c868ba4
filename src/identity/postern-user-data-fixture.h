/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-stores.h"

/* For tests: somebody of whom more is kept than one part of their data holds. */

typedef struct {
  const char *user_id;
  guint n;
} UserDataFixture;

/** user_data_fixture_act: to fixture_write() a UserDataFixture: what @user_id did @n times, each from an address of its own: 2001:db8::1 … */
static inline gboolean
user_data_fixture_act (PosternTxn *txn, gpointer data, GError **error)
{
  const UserDataFixture *self = data;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_audit_unref);

  for (guint i = 1; i <= self->n; i++)
    {
      g_autofree char *address = g_strdup_printf ("2001:db8::%u", i);

      g_ptr_array_add (entries, postern_audit_store_new_by ("sign-in.failed", &(PosternAuditBy){ self->user_id, "req_test", address }, NULL));
    }
  return postern_audit_store_append_many (txn, entries, error);
}
