/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PosternSinkFileLog: one tenant's file while a batch is written to it: whole lines alone, locked. Opened by its name for each batch, so that whoever
 * rotates it only renames it.
 */
typedef struct {
  int folder;        /* borrowed */
  int fd;            /* -1: not open */
  gint64 size;       /* bytes: up to the end of the last whole line */
  gint64 last;       /* the number of the entry in that line; -1: there is none */
  GHashTable *known; /* (element-type gint64 utf8): number → id of the lines that were read */
} PosternSinkFileLog;

/* clang-format off */
#define POSTERN_SINK_FILE_LOG_INIT { -1, -1, 0, -1, NULL }
/* clang-format on */

/**
 * postern_sink_file_log_open: of @name in @folder, a descriptor; made with mode 0600 if it is missing. What stands behind the last whole line, of a
 * write that a crash broke off, is cut off. @first: the number of the first entry that comes: from there on is read what stands there already.
 * Returns: FALSE with @error: it cannot be opened, is no file of ours alone, is being written by another process, or ends in a line that is no entry's
 */
gboolean postern_sink_file_log_open (PosternSinkFileLog *self, int folder, const char *name, gint64 first, GError **error);

/**
 * postern_sink_file_log_lacks: whether the entry @id with @number is to be written; FALSE without @error where it stands there, and with one where it does not
 * though later ones do: writing on would lose it, or the order.
 */
gboolean postern_sink_file_log_lacks (const PosternSinkFileLog *self, gint64 number, const char *id, GError **error);

/**
 * postern_sink_file_log_append: writes @lines (maybe none), and returns TRUE when they and all that stood there before are on the disk. Of what could
 * not all be written nothing stays.
 */
gboolean postern_sink_file_log_append (PosternSinkFileLog *self, GString *lines, GError **error);

void postern_sink_file_log_close (PosternSinkFileLog *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternSinkFileLog, postern_sink_file_log_close)

G_END_DECLS
