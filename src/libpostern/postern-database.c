/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-database.h"

G_DEFINE_ABSTRACT_TYPE (PosternDatabase, postern_database, POSTERN_TYPE_INSTANCE)

/* Every method is the driver's own; there is nothing sensible to inherit. */
static void
postern_database_class_init (PosternDatabaseClass *klass)
{
}

static void
postern_database_init (PosternDatabase *self)
{
}
