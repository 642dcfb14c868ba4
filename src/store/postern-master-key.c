/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-seal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include "postern-error.h"

#define KEY_BYTES 32

static gboolean
fail (GError **error, const char *file, const char *what)
{
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "%s: %s", file, what);
  return FALSE;
}

static void
free_key (gpointer key)
{
  OPENSSL_cleanse (key, KEY_BYTES);
  g_free (key);
}

/* A file whose name in its folder is lost with the power is lost. Not every file system can do this, and those need it less. */
static void
sync_folder (const char *folder)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  (void) fsync (fd);
  close (fd);
}

/* Written under another name and linked into place: a crash in between leaves no half key, and of two servers that
 * start at once one key wins for both. */
static gboolean
make_key_file (const char *file, GError **error)
{
  guint8 key[KEY_BYTES];
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *fresh = g_strdup_printf ("%s.%d.new", file, (int) getpid ());
  int fd, linked, reason;
  gboolean written;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return fail (error, folder, g_strerror (errno));
  fd = g_open (fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail (error, fresh, g_strerror (errno));
  written = RAND_bytes (key, sizeof key) == 1 && write (fd, key, sizeof key) == (gssize) sizeof key && fsync (fd) == 0;
  OPENSSL_cleanse (key, sizeof key);
  close (fd);
  linked = written ? link (fresh, file) : -1;
  reason = errno;
  g_unlink (fresh);
  sync_folder (folder); /* before the first thing is sealed under it */
  if (!written || (linked != 0 && reason != EEXIST))
    return fail (error, file, "the master key could not be written; is the disk full?");
  return TRUE;
}

static GBytes *
read_key_file (const char *file, int fd, gboolean credential, GError **error)
{
  guint8 key[KEY_BYTES + 1];
  struct stat st;
  guint8 *copy;
  gssize length;

  if (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
    return fail (error, file, "the master key must be a plain file"), NULL;
  if (!credential && (st.st_mode & 077) != 0)
    return fail (error, file, "others can read the master key; run chmod 600 on it"), NULL;
  if (!credential && st.st_uid != geteuid () && st.st_uid != 0)
    return fail (error, file, "the master key belongs to another user; run chown on it"), NULL;
  length = read (fd, key, KEY_BYTES + 1);
  copy = g_memdup2 (key, KEY_BYTES);
  OPENSSL_cleanse (key, sizeof key);
  if (length == KEY_BYTES)
    return g_bytes_new_with_free_func (copy, KEY_BYTES, free_key, copy);
  free_key (copy);
  return fail (error, file, "the master key must be exactly 32 bytes; restore it from a backup"), NULL;
}

GBytes *
postern_master_key_load (const char *file, GError **error)
{
  const char *credentials = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *credential = credentials != NULL ? g_build_filename (credentials, "master-key", NULL) : NULL;
  GBytes *key;
  int fd = credential != NULL ? g_open (credential, O_RDONLY | O_CLOEXEC, 0) : -1;
  gboolean from_credential = fd >= 0;

  if (fd < 0)
    fd = g_open (file, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0 && errno == ENOENT)
    {
      if (!make_key_file (file, error))
        return NULL;
      fd = g_open (file, O_RDONLY | O_CLOEXEC, 0);
    }
  if (fd < 0)
    return fail (error, file, g_strerror (errno)), NULL;
  key = read_key_file (from_credential ? credential : file, fd, from_credential, error);
  close (fd);
  return key;
}
