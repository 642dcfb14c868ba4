/* SPDX-License-Identifier: Apache-2.0 */
/* One flaw a build, by -DFLAW_…; the loader must say which file and why, and go on with the others. */
#include <postern.h>

#include <stdlib.h>

typedef struct {
  PosternConnector parent_instance;
} Broken;

typedef struct {
  PosternConnectorClass parent_class;
} BrokenClass;

GType broken_get_type (void);
G_DEFINE_TYPE (Broken, broken, POSTERN_TYPE_CONNECTOR)

static void
broken_class_init (BrokenClass *klass)
{
#ifdef FLAW_CLASS
  abort ();
#endif
}

static void
broken_init (Broken *self)
{
#ifdef FLAW_INSTANCE
  g_assert_not_reached ();
#endif
}

#if defined FLAW_CONSTRUCTOR || defined FLAW_EXIT
__attribute__ ((constructor)) static void
at_load (void)
{
# ifdef FLAW_EXIT
  exit (0);
# else
  *(volatile int *) 8 = 1;
# endif
}
#endif

#ifdef FLAW_UNRESOLVED
void postern_nobody_has_this (void);
#endif

G_MODULE_EXPORT GType postern_plugin_query_type (void);
G_MODULE_EXPORT GType postern_plugin_query_other (void);

#ifdef FLAW_SYMBOL
GType
postern_plugin_query_other (void)
#else
GType
postern_plugin_query_type (void)
#endif
{
#ifdef FLAW_UNRESOLVED
  postern_nobody_has_this ();
#endif
#ifdef FLAW_BASE
  return POSTERN_TYPE_EVENT;
#elif defined FLAW_ABSTRACT
  return POSTERN_TYPE_CONNECTOR;
#elif defined FLAW_ZERO
  return G_TYPE_INVALID;
#else
  return broken_get_type ();
#endif
}
