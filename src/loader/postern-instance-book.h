/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-registry.h"
#include "postern-store.h"

G_BEGIN_DECLS

/**
 * PosternInstanceBook: what the operator set up, wherever it stands: files, which nobody changes from here and which win, and the
 * database, which console and API edit. Who changes a row calls postern_instance_book_tell_changed() after the commit, and
 * workers are started that have it; who was told nothing, because it was another worker's or node's change, finds it by postern_instance_book_look(). What
 * was made stays as it was made, but for what is retired: that is let go by all (postern_instance_book_set_retired()). Thread-safe.
 *
 * What stands there must not reach further than an administrator may, neither when it is written nor when it is read
 * (postern-instance-change.h): no path of this machine (a setting of the type `file`, NAME-file), no credential of the server
 * (NAME-credential), and connectors, messengers and sinks alone.
 */
typedef struct _PosternInstanceBook PosternInstanceBook;

typedef enum { POSTERN_INSTANCE_RUNNING, POSTERN_INSTANCE_STARTING, POSTERN_INSTANCE_OFF, POSTERN_INSTANCE_FAILED } PosternInstanceState;

/** PosternInstanceEntry: one of them. Strings and variants are owned. */
typedef struct {
  char *id, *type;
  char *name; /* (nullable): as it was given */
  int order;
  const char *origin; /* "file", "database", or "server": it is there without being asked for */
  PosternInstanceState state;
  char *problem;      /* (nullable): of a failed one: what, what to do; without secrets */
  GVariant *settings; /* a{ss}: those that are no secret; none while the type is not there to say which */
  char **secrets;     /* names of the secrets that are set */
  PosternPluginInfo *info;   /* (nullable): borrowed from the registry, as is: */
  PosternInstance *instance; /* (nullable): while it runs */
} PosternInstanceEntry;

void postern_instance_book_entry_free (PosternInstanceEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternInstanceEntry, postern_instance_book_entry_free)
/** postern_instance_book_get_state_name: "running", "starting", "off", "failed" */
const char *postern_instance_book_get_state_name (PosternInstanceState state);
/** postern_instance_book_get_name: what people call it. (transfer none): of @entry */
const char *postern_instance_book_get_name (PosternInstanceEntry *entry);

/** postern_instance_book_new: a reference to @registry is taken. @folders: (array zero-terminated=1): of instance files */
PosternInstanceBook *postern_instance_book_new (PosternRegistry *registry, const char *const *folders);
void postern_instance_book_free (PosternInstanceBook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternInstanceBook, postern_instance_book_free)
/** postern_instance_book_set_changed: @func is called, on any thread, when the workers must be started anew. */
void postern_instance_book_set_changed (PosternInstanceBook *self, GFunc func, gpointer user_data);
/**
 * postern_instance_book_set_retired: @func is called, on any thread, with each PosternInstance that nobody finds any more, for whoever had it before to let it go. It
 * asks nothing of the book.
 */
void postern_instance_book_set_retired (PosternInstanceBook *self, GFunc func, gpointer user_data);
/** postern_instance_book_start: makes the instances of the database, after those of the files. Before there are threads. @store is borrowed, and outlives all other calls. */
gboolean postern_instance_book_start (PosternInstanceBook *self, PosternStore *store, GError **error);

/** postern_instance_book_find_type: whatever its kind; (nullable) (transfer none) */
PosternPluginInfo *postern_instance_book_find_type (PosternInstanceBook *self, const char *type);
/** postern_instance_book_list: (transfer full) (element-type PosternInstanceEntry): by order and id */
GPtrArray *postern_instance_book_list (PosternInstanceBook *self, PosternTxn *txn, GError **error);
/** postern_instance_book_get: (transfer full) (nullable): NOT_FOUND */
PosternInstanceEntry *postern_instance_book_get (PosternInstanceBook *self, PosternTxn *txn, const char *id, GError **error);
/**
 * postern_instance_book_tell_changed: after the commit of a change. What was switched off or deleted is found by nobody any more when it returns, and
 * begins nothing; the rest needs new workers, which are asked for.
 */
void postern_instance_book_tell_changed (PosternInstanceBook *self);
/** postern_instance_book_look: the same, if anybody changed something, in another process, too; cheap where nobody did. Each change is told once. Outside transactions. */
void postern_instance_book_look (PosternInstanceBook *self);
/** postern_instance_book_dup_state: (transfer full) (nullable): a word that is another one for each state of the rows; NULL before the start */
char *postern_instance_book_dup_state (PosternInstanceBook *self);

G_END_DECLS
