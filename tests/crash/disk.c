/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that fails. Preloaded into the worker, this stands between the store and the files of the data folder. It ends the
 * process at the n-th call of one kind (before it, in the middle, after it), refuses writes as a full, read-only or broken
 * disk does, and keeps a journal of everything that a power cut could still undo. The harness gives its orders through a
 * page that both map; disk.mjs knows the same numbers. No line of it is in the product.
 */
#undef _FORTIFY_SOURCE
#undef _FILE_OFFSET_BITS /* the calls with and without 64 are told apart */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define MAX_FD 4096

enum { FAULT_NONE, FAULT_FULL, FAULT_FULL_ALL, FAULT_READ_ONLY, FAULT_BROKEN, FAULT_UNREADABLE };
enum { OP_ANY, OP_WRITE, OP_SYNC, OP_TRUNCATE, OP_CREATE, OP_UNLINK, OP_MKDIR, OP_LINK };
enum { PHASE_BEFORE, PHASE_HALF, PHASE_AFTER };

typedef struct {
  uint32_t fault;
  uint32_t file, op, phase; /* of the call that is the last; file 0 is any, else its place in `files` */
  int32_t left;             /* how many such calls away; 0: none is awaited */
  uint32_t whole;           /* the supervisor ends with it */
  uint32_t struck;          /* our answer: it happens */
  uint32_t journal;         /* keep one */
} Control;

/* One entry of the journal; the names and the body follow. The mark is where a reader goes on after an entry that a kill cut short. */
typedef struct {
  char mark[8];
  uint32_t op, name_length, other_length, body_length;
  uint64_t offset, length, size; /* size: the file's before */
} Entry;

static const char *const files[] = { "", "default/lasting.db", "default/lasting.db-wal", "default/short.db", "default/short.db-wal" };

static Control *control; /* NULL: not our process */
static char root[512], graves[512];
static int journal = -1;
static char *names[MAX_FD];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards names and the journal's order */

#define REAL(name)                                                                                                    \
  static __typeof__ (&name) real;                                                                                     \
  if (!real)                                                                                                          \
  real = (__typeof__ (&name)) dlsym (RTLD_NEXT, #name)

__attribute__ ((constructor)) static void
begin (void)
{
  const char *page = getenv ("POSTERN_TEST_DISK"), *folder = getenv ("POSTERN_TEST_DISK_ROOT");
  char path[520];
  void *memory;
  int fd;

  if (!page || !folder || strcmp (program_invocation_short_name, "postern-worker") != 0)
    return;
  snprintf (root, sizeof root, "%s/", folder);
  snprintf (graves, sizeof graves, "%s.graves", page);
  snprintf (path, sizeof path, "%s.journal", page);
  fd = open (page, O_RDWR | O_CLOEXEC);
  journal = open (path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  memory = fd < 0 ? MAP_FAILED : mmap (NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED || journal < 0)
    abort ();
  close (fd);
  control = memory;
}

/* --- which file --------------------------------------------------------------------------------------------------- */

/* Below the data folder, without it; "." is the folder itself. NULL: none of ours. */
static const char *
relative (const char *path)
{
  size_t length = strlen (root);

  if (!control || strncmp (path, root, length - 1) != 0)
    return NULL;
  if (path[length - 1] == '\0')
    return ".";
  return path[length - 1] == '/' ? path + length : NULL;
}

static const char *
name_of (int fd)
{
  return control && fd >= 0 && fd < MAX_FD ? names[fd] : NULL;
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

/* Whoever waits for the end hears of it now, even if it comes only behind the call: a look between the two must not take it for none. */
static bool
is_due (uint32_t op, const char *name)
{
  if (control->left <= 0 || (control->op != OP_ANY && control->op != op))
    return false;
  if (control->file != 0 && strcmp (files[control->file], name) != 0)
    return false;
  if (__atomic_sub_fetch (&control->left, 1, __ATOMIC_ACQ_REL) != 0)
    return false;
  control->struck = 1;
  return true;
}

static void
strike (void)
{
  if (control->whole)
    kill (getppid (), SIGKILL);
  kill (getpid (), SIGKILL);
  for (;;)
    pause ();
}

static void
strike_if (bool due, uint32_t phase)
{
  if (due && control->phase == phase)
    strike ();
}

/* --- the journal -------------------------------------------------------------------------------------------------- */

static void
note (Entry entry, const char *name, const char *other, const void *body)
{
  struct iovec parts[] = { { &entry, sizeof entry }, { (void *) name, strlen (name) }, { (void *) other, strlen (other) }, { (void *) body, entry.body_length } };
  ssize_t whole = (ssize_t) (sizeof entry + parts[1].iov_len + parts[2].iov_len + entry.body_length);

  if (!control->journal)
    return;
  memcpy (entry.mark, "postern!", sizeof entry.mark);
  entry.name_length = (uint32_t) parts[1].iov_len;
  entry.other_length = (uint32_t) parts[2].iov_len;
  if (writev (journal, parts, 4) != whole) /* killed in the midst of it: this is as far as we come */
    abort ();
}

/* What stood from @offset on, @length bytes at most; the caller frees it. */
static void *
read_before (int fd, uint64_t offset, uint64_t length, uint32_t *got)
{
  REAL (pread64);
  char *body = length > 0 && control->journal ? malloc (length) : NULL;
  ssize_t n = body ? real (fd, body, length, (off64_t) offset) : 0;

  *got = n > 0 ? (uint32_t) n : 0;
  return body;
}

static uint64_t
size_of (int fd)
{
  struct stat st;

  return fstat (fd, &st) == 0 ? (uint64_t) st.st_size : 0;
}

/* --- what a process does to a file -------------------------------------------------------------------------------- */

static int
refusal_of_write (int fd, uint64_t end)
{
  if (control->fault == FAULT_READ_ONLY)
    return EROFS;
  if (control->fault == FAULT_FULL_ALL || (control->fault == FAULT_FULL && end > size_of (fd)))
    return ENOSPC;
  return 0;
}

static int
refuse (int reason)
{
  errno = reason;
  return -1;
}

ssize_t
pread64 (int fd, void *data, size_t length, off64_t offset)
{
  REAL (pread64);

  /* As a network's disk that does not answer; for EIO sqlite3 says that the file is damaged, and so do we. */
  return name_of (fd) && control->fault == FAULT_UNREADABLE ? refuse (ETIMEDOUT) : real (fd, data, length, offset);
}

ssize_t
pread (int fd, void *data, size_t length, off_t offset)
{
  return pread64 (fd, data, length, offset);
}

ssize_t
pwrite64 (int fd, const void *data, size_t length, off64_t offset)
{
  REAL (pwrite64);
  const char *name = name_of (fd);
  Entry entry = { .op = OP_WRITE, .offset = (uint64_t) offset, .length = length };
  int refusal = name ? refusal_of_write (fd, entry.offset + length) : 0;
  void *before;
  ssize_t written;
  bool due;

  if (refusal)
    return refuse (refusal);
  if (!name)
    return real (fd, data, length, offset);
  due = is_due (OP_WRITE, name);
  strike_if (due, PHASE_BEFORE);
  pthread_mutex_lock (&lock);
  entry.size = size_of (fd);
  before = read_before (fd, entry.offset, length, &entry.body_length);
  note (entry, name, "", before);
  free (before);
  written = real (fd, data, due && control->phase == PHASE_HALF ? length / 2 : length, offset);
  strike_if (due, PHASE_HALF);
  pthread_mutex_unlock (&lock);
  strike_if (due, PHASE_AFTER);
  return written;
}

ssize_t
pwrite (int fd, const void *data, size_t length, off_t offset)
{
  return pwrite64 (fd, data, length, offset);
}

ssize_t
write (int fd, const void *data, size_t length)
{
  REAL (write);

  if (!name_of (fd))
    return real (fd, data, length);
  /* Only whole small files are written so (the master key), from their beginning on. */
  off64_t offset = lseek64 (fd, 0, SEEK_CUR);
  ssize_t written = pwrite64 (fd, data, length, offset);
  if (written > 0)
    lseek64 (fd, offset + written, SEEK_SET);
  return written;
}

int
ftruncate64 (int fd, off64_t size)
{
  REAL (ftruncate64);
  const char *name = name_of (fd);
  Entry entry = { .op = OP_TRUNCATE, .offset = (uint64_t) size };
  void *before;
  int result;
  bool due;

  if (name && control->fault == FAULT_READ_ONLY)
    return refuse (EROFS);
  if (!name)
    return real (fd, size);
  due = is_due (OP_TRUNCATE, name);
  strike_if (due, PHASE_BEFORE);
  pthread_mutex_lock (&lock);
  entry.size = size_of (fd);
  before = read_before (fd, entry.offset, entry.size > entry.offset ? entry.size - entry.offset : 0, &entry.body_length);
  note (entry, name, "", before);
  free (before);
  result = real (fd, size);
  pthread_mutex_unlock (&lock);
  strike_if (due, PHASE_AFTER);
  return result;
}

int
ftruncate (int fd, off_t size)
{
  return ftruncate64 (fd, size);
}

/* Durable is what was written before the call: the journal's length at its begin says which entries those are. */
static int
sync_with (int fd, int (*real) (int))
{
  const char *name = name_of (fd);
  Entry entry = { .op = OP_SYNC };
  bool due;
  int result;

  if (!name)
    return real (fd);
  if (control->fault == FAULT_BROKEN)
    return refuse (EIO);
  due = is_due (OP_SYNC, name);
  strike_if (due, PHASE_BEFORE);
  entry.offset = size_of (journal);
  result = real (fd);
  if (result == 0)
    note (entry, name, "", NULL);
  strike_if (due, PHASE_AFTER);
  return result;
}

int
fdatasync (int fd)
{
  REAL (fdatasync);

  return sync_with (fd, real);
}

int
fsync (int fd)
{
  REAL (fsync);

  return sync_with (fd, real);
}

/* --- what it does to a folder ------------------------------------------------------------------------------------- */

static int
open_with (const char *path, int flags, mode_t mode, int (*real) (const char *, int, ...))
{
  const char *name = relative (path);
  bool fresh = name && (flags & O_CREAT) && access (path, F_OK) != 0;
  bool due = fresh && is_due (OP_CREATE, name);
  int fd;

  if (name && control->fault == FAULT_READ_ONLY && (fresh || (flags & O_ACCMODE) != O_RDONLY))
    return refuse (EROFS);
  if (fresh && (control->fault == FAULT_FULL || control->fault == FAULT_FULL_ALL))
    return refuse (ENOSPC);
  strike_if (due, PHASE_BEFORE);
  fd = real (path, flags, mode);
  if (!name || fd < 0 || fd >= MAX_FD)
    return fd;
  pthread_mutex_lock (&lock);
  names[fd] = strdup (name);
  if (fresh)
    note ((Entry){ .op = OP_CREATE }, name, "", NULL);
  pthread_mutex_unlock (&lock);
  strike_if (due, PHASE_AFTER);
  return fd;
}

static mode_t
take_mode (int flags, va_list arguments)
{
  return (flags & (O_CREAT | O_TMPFILE)) ? va_arg (arguments, mode_t) : 0;
}

int
open64 (const char *path, int flags, ...)
{
  REAL (open64);
  va_list arguments;
  mode_t mode;

  va_start (arguments, flags);
  mode = take_mode (flags, arguments);
  va_end (arguments);
  return open_with (path, flags, mode, real);
}

/* As pread() and its like: on these machines the one without 64 is the same call. */
__typeof__ (open64) open __attribute__ ((alias ("open64")));

int
close (int fd)
{
  REAL (close);

  if (name_of (fd)) {
    pthread_mutex_lock (&lock);
    free (names[fd]);
    names[fd] = NULL;
    pthread_mutex_unlock (&lock);
  }
  return real (fd);
}

/* The file stays under another name, because the power cut may give it back. */
int
unlink (const char *path)
{
  REAL (unlink);
  static unsigned count;
  const char *name = relative (path);
  char grave[64], grave_path[600];
  bool due = name && is_due (OP_UNLINK, name);
  int result;

  if (!name)
    return real (path);
  if (control->fault == FAULT_READ_ONLY)
    return refuse (EROFS);
  strike_if (due, PHASE_BEFORE);
  pthread_mutex_lock (&lock);
  snprintf (grave, sizeof grave, "%d-%u", (int) getpid (), count++);
  snprintf (grave_path, sizeof grave_path, "%s/%s", graves, grave);
  if (control->journal && link (path, grave_path) == 0)
    note ((Entry){ .op = OP_UNLINK }, name, grave, NULL);
  result = real (path);
  pthread_mutex_unlock (&lock);
  strike_if (due, PHASE_AFTER);
  return result;
}

int
mkdir (const char *path, mode_t mode)
{
  REAL (mkdir);
  const char *name = relative (path);
  bool due = name && access (path, F_OK) != 0 && is_due (OP_MKDIR, name); /* one that changes nothing is not counted */
  int result;

  strike_if (due, PHASE_BEFORE);
  result = real (path, mode);
  if (result != 0 || !name)
    return result;
  note ((Entry){ .op = OP_MKDIR }, name, "", NULL);
  strike_if (due, PHASE_AFTER);
  return result;
}

int
link (const char *from, const char *to)
{
  REAL (link);
  const char *name = relative (to);
  bool due = name && access (to, F_OK) != 0 && is_due (OP_LINK, name);
  int result;

  strike_if (due, PHASE_BEFORE);
  result = real (from, to);
  if (result != 0 || !name)
    return result;
  note ((Entry){ .op = OP_LINK }, name, "", NULL);
  strike_if (due, PHASE_AFTER);
  return result;
}
