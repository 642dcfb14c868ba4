/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * postern_postgresql_text_translate: portable SQL as PostgreSQL takes it: `?1` is `$1`, `ON CONFLICT (` names the tenant first, because
 * every key begins with it, and LIKE, which elsewhere takes A for a, is ILIKE. What stands in quotes stays.
 * Returns: (transfer full):
 */
char *postern_postgresql_text_translate (const char *sql);

/**
 * PosternPostgresqlVerb: what a statement does, as its first word tells. OTHER changes the schema or the session: it is never prepared.
 */
typedef enum { POSTERN_POSTGRESQL_VERB_SELECT, POSTERN_POSTGRESQL_VERB_CHANGE, POSTERN_POSTGRESQL_VERB_OTHER } PosternPostgresqlVerb;
PosternPostgresqlVerb postern_postgresql_text_get_verb (const char *sql);

G_END_DECLS
