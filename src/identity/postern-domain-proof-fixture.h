/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/* For tests: a resolver in place of the system's. It knows one TXT record, or answers nobody. */

static char *domain_resolver_name, **domain_resolver_value; /* (nullable) */
static gboolean domain_resolver_hangs, domain_resolver_fails; /* fails: the name server is out of order */

typedef struct {
  GResolver parent;
} DomainResolver;
typedef struct {
  GResolverClass parent;
} DomainResolverClass;
GType domain_resolver_get_type (void);
G_DEFINE_TYPE (DomainResolver, domain_resolver, G_TYPE_RESOLVER)

static void
domain_resolver_refuse (GCancellable *cancellable, gpointer task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  g_object_unref (task);
}

static void (*domain_resolver_meanwhile) (void); /* what happens while a name is looked up: once; nothing when NULL */

static void
domain_resolver_lookup_records_async (GResolver *resolver, const char *name, GResolverRecordType type, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (resolver, cancellable, callback, user_data);
  void (*meanwhile) (void) = g_steal_pointer (&domain_resolver_meanwhile);

  if (meanwhile)
    meanwhile ();
  g_assert_cmpint (type, ==, G_RESOLVER_RECORD_TXT);
  g_task_set_check_cancellable (task, FALSE);
  if (domain_resolver_hangs) {
    g_signal_connect (cancellable, "cancelled", G_CALLBACK (domain_resolver_refuse), task);
    return;
  }
  if (domain_resolver_fails)
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, "out of order");
  else if (domain_resolver_value && g_str_equal (name, domain_resolver_name))
    g_task_return_pointer (task, g_list_append (NULL, g_variant_ref_sink (g_variant_new ("(^as)", domain_resolver_value))), NULL);
  else
    g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
  g_object_unref (task);
}

static GList *
domain_resolver_lookup_records_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
domain_resolver_class_init (DomainResolverClass *klass)
{
  G_RESOLVER_CLASS (klass)->lookup_records_async = domain_resolver_lookup_records_async;
  G_RESOLVER_CLASS (klass)->lookup_records_finish = domain_resolver_lookup_records_finish;
}

static void
domain_resolver_init (DomainResolver *self)
{
}

/** domain_resolver_say: @value: (nullable): the pieces of the one TXT record at @name; NULL: there is none */
static inline void
domain_resolver_say (const char *name, const char *const *value)
{
  g_free (domain_resolver_name);
  g_strfreev (domain_resolver_value);
  domain_resolver_name = g_strdup (name);
  domain_resolver_value = g_strdupv ((char **) value);
}

/** domain_resolver_hang: whether nothing is answered until whoever asks gives up */
static inline void
domain_resolver_hang (gboolean hangs)
{
  domain_resolver_hangs = hangs;
}

static inline void
domain_resolver_install (void)
{
  g_autoptr (GResolver) resolver = g_object_new (domain_resolver_get_type (), NULL);

  g_resolver_set_default (resolver);
}
