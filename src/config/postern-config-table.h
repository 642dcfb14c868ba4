/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  POSTERN_CONFIG_STRING,
  POSTERN_CONFIG_LIST,      /* several words, separated by spaces, ',' or ';' */
  POSTERN_CONFIG_CHOICE,    /* one of the words in @range */
  POSTERN_CONFIG_INTEGER,   /* @range is "MIN MAX" */
  POSTERN_CONFIG_BOOLEAN,   /* true or false */
  POSTERN_CONFIG_COLOR,     /* #rrggbb, or nothing */
  POSTERN_CONFIG_URL,       /* the public URL: https, or http on this machine */
  POSTERN_CONFIG_PATH,      /* absolute; a relative one in a file starts at that file's folder */
  POSTERN_CONFIG_PATHS,     /* several, separated by ':' or ';' */
  POSTERN_CONFIG_ADDRESSES, /* several ADDRESS:PORT, separated by spaces, ',' or ';' */
  POSTERN_CONFIG_NETWORKS   /* several addresses or ADDRESS/BITS */
} PosternConfigType;

/** PosternConfigKey: one row: everything that is known of a setting. */
typedef struct {
  const char *name;        /* "group.key" */
  PosternConfigType type;
  const char *fallback;    /* "" for unset */
  const char *environment; /* "POSTERN_…" */
  const char *option;      /* (nullable): name of the command line option, without dashes */
  const char *range;       /* (nullable) */
  gboolean secret;         /* hidden when shown; a file that sets it must not be readable by all */
  const char *help;
} PosternConfigKey;

/** The table; the last row's name is NULL. The order is the one of `postern config show`. */
extern const PosternConfigKey postern_config_table[];

/** postern_config_table_find: the row's number, or -1. */
int postern_config_table_find (const char *name);
gboolean postern_config_table_has_group (const char *group);

G_END_DECLS
