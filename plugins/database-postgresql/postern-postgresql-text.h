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
 * postern_postgresql_text_repeat_row: @sql, portable, an `INSERT … VALUES (?1, …)` of @n_values parameters, as PostgreSQL takes it for @n_rows rows. No type needs to be told
 * of any parameter: each is that of its column.
 * Returns: (transfer full):
 */
char *postern_postgresql_text_repeat_row (const char *sql, guint n_values, guint n_rows);

/**
 * PosternPostgresqlVerb: what a statement does, as its first word tells. OTHER changes the schema or the session: it is never prepared.
 */
typedef enum { POSTERN_POSTGRESQL_VERB_SELECT, POSTERN_POSTGRESQL_VERB_CHANGE, POSTERN_POSTGRESQL_VERB_OTHER } PosternPostgresqlVerb;
PosternPostgresqlVerb postern_postgresql_text_get_verb (const char *sql);

G_END_DECLS
