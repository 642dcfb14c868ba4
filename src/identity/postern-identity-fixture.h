/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-event-fixture.h"
#include "postern-stores.h"

#include "postern-database-sqlite.h"

#include <glib/gstdio.h>

/* For tests that need a real store: one in a folder of its own, and as many doors to it as the test wants processes. */

static char *fixture_location;

static inline PosternStore *
fixture_open (void)
{
  g_autoptr (PosternDatabase) database = g_object_new (POSTERN_TYPE_DATABASE_SQLITE, NULL);
  g_autoptr (GBytes) key = g_bytes_new_static ("0123456789abcdef0123456789abcdef", 32);
  g_autoptr (GError) error = NULL;
  PosternStore *store;

  if (fixture_location == NULL)
    fixture_location = g_dir_make_tmp ("postern-identity-XXXXXX", &error);
  g_assert_no_error (error);
  store = postern_store_open (database, key, fixture_location, "default", &error);
  g_assert_no_error (error);

  return store;
}

static inline void
fixture_remove (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      fixture_remove (inner);
    }
  g_remove (path);
}

/** fixture_close: closes @store; the folder goes when @last */
static inline void
fixture_close (PosternStore *store, gboolean last)
{
  if (last)
    event_fixture_tell (store);
  postern_store_close (store);
  g_object_unref (store);
  if (!last)
    return;

  fixture_remove (fixture_location);
  g_clear_pointer (&fixture_location, g_free);
}

static inline void
fixture_write (PosternStore *store, PosternTxnFunc func, gpointer data)
{
  g_autoptr (GError) error = NULL;

  postern_store_write (store, POSTERN_KEEP_LASTING, func, data, &error);
  g_assert_no_error (error);
}

typedef struct {
  PosternStore *store;
  const char *recipient, *phrase;
  guint count;
} FixtureLetters;

static inline gboolean
fixture_read_letters (PosternTxn *txn, gpointer data, GError **error)
{
  FixtureLetters *letters = data;
  g_autoptr (GPtrArray) entries = postern_outbox_store_list (txn, NULL, 1000, error);

  letters->count = 0;
  for (guint i = 0; entries && i < entries->len; i++) {
    PosternOutboxEntry *entry = entries->pdata[i];
    g_autofree char *model = g_str_equal (entry->recipient, letters->recipient) ? postern_outbox_store_dup_model (letters->store, entry, error) : NULL;

    letters->count += model && strstr (model, letters->phrase) ? 1 : 0;
  }
  return entries != NULL;
}

/** fixture_count_letters: how many messages to @recipient the outbox of @store has in whose model @phrase stands */
static inline guint
fixture_count_letters (PosternStore *store, const char *recipient, const char *phrase)
{
  FixtureLetters letters = { store, recipient, phrase, 0 };
  g_autoptr (GError) error = NULL;

  postern_store_read (store, POSTERN_KEEP_LASTING, fixture_read_letters, &letters, &error);
  g_assert_no_error (error);
  return letters.count;
}
