/* SPDX-License-Identifier: Apache-2.0 */
/* A module with one flaw, chosen by FLAW_…; FLAW_NONE is a good one. */
#include "postern-authenticator.h"
#include "postern-error.h"
#include "postern-messenger.h"

#include <signal.h>
#include <unistd.h>

G_MODULE_EXPORT GType postern_plugin_query_type (void);

#ifdef FLAW_BASE
typedef PosternMessenger Flawed;
typedef PosternMessengerClass FlawedClass;
# define BASE POSTERN_TYPE_MESSENGER
#else
typedef PosternConnector Flawed;
typedef PosternConnectorClass FlawedClass;
# define BASE POSTERN_TYPE_CONNECTOR
#endif

static gboolean
flawed_configure (PosternInstance *instance, GError **error)
{
#ifdef FLAW_CONFIGURE
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "color is not to my taste; take another");
  return FALSE;
#else
  return TRUE;
#endif
}

G_GNUC_UNUSED static void
flawed_class_init (gpointer class, gpointer data)
{
  POSTERN_INSTANCE_CLASS (class)->configure = flawed_configure;
}

G_GNUC_UNUSED static void
flawed_init (GTypeInstance *self, gpointer class)
{
#ifdef FLAW_INSTANCE
  raise (SIGKILL);
#endif
}

#ifdef FLAW_CONSTRUCTOR
static void __attribute__ ((constructor))
crash (void)
{
  raise (SIGKILL);
}
#endif

#ifndef FLAW_SYMBOL
/* The tests open many copies, and each must register a name of its own. */
GType
postern_plugin_query_type (void)
{
  g_autofree char *name = g_strdup_printf ("Flawed%zx", (gsize) postern_plugin_query_type);
# ifdef FLAW_TYPE
  _exit (3);
# endif
  GType type = g_type_from_name (name);
  return type ? type : g_type_register_static_simple (BASE, name, sizeof (FlawedClass), flawed_class_init,
                                                      sizeof (Flawed), flawed_init, 0);
}
#endif
