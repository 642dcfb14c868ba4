/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "postern.h"

#define MAX_LINE (256 * 1024)
#define MAX_OUTGOING (4 * 1024 * 1024)
#define GRACE (G_TIME_SPAN_SECOND)              /* after a cancel, until it is killed */
#define PAUSE_FIRST (100 * G_TIME_SPAN_MILLISECOND)
#define PAUSE_LAST (30 * G_TIME_SPAN_SECOND)
#define STEADY (10 * G_TIME_SPAN_SECOND)        /* who ran that long is started again at once */
#define MAX_SAID 50                             /* lines of its error stream that are logged, a run and second */
#define MAX_SAID_BYTES 500

typedef struct {
  const char *line;
  GVariant *answer;
  GError *error;
} Call;

struct _PosternProcessProgram {
  char *name, *hello;
  PosternProcessConfine *confine;
  guint max_calls, seconds;

  GMutex mutex;
  GCond changed;
  GThread *thread;       /* (nullable): nobody has asked yet */
  gboolean stopping;
  int wake;
  gint64 last_id;
  gboolean running;      /* what is asked goes to it at once, else when it starts */
  GHashTable *calls;     /* id → Call, on the stack of who waits */
  GHashTable *abandoned; /* id → when it is killed if it has not answered by then; nobody waits for it */
  GString *outgoing;

  /* the owner thread's alone */
  pid_t pid;
  int in, out, err;
  GByteArray *lines, *said;
  gboolean ready;
  gint64 started_at, start_at, pause;
  gint64 said_second;
  guint n_said;
};

PosternProcessProgram *
postern_process_program_new (const char *name, PosternProcessConfine *confine, const char *hello, guint max_calls, guint seconds)
{
  PosternProcessProgram *self = g_new0 (PosternProcessProgram, 1);

  self->name = g_strdup (name);
  self->hello = g_strdup (hello);
  self->confine = confine;
  self->max_calls = max_calls;
  self->seconds = seconds;
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->abandoned = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->outgoing = g_string_new (NULL);
  self->lines = g_byte_array_new ();
  self->said = g_byte_array_new ();
  self->in = self->out = self->err = -1;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  return self;
}

static gint64 *
key (gint64 id)
{
  gint64 *copy = g_new (gint64, 1);

  *copy = id;
  return copy;
}

/* --- the owner thread: the only one that starts, reads, writes and ends the program ------------------------------------------ */

static void
close_all (PosternProcessProgram *self)
{
  int *fds[] = { &self->in, &self->out, &self->err };

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    if (*fds[i] >= 0) {
      close (*fds[i]);
      *fds[i] = -1;
    }
}

/* Whoever waits is told that it has ended; what was not written yet was for the one that is gone. */
static void
fail_all (PosternProcessProgram *self, const char *why)
{
  GHashTableIter iter;
  Call *call;

  g_mutex_lock (&self->mutex);
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &call))
    call->error = g_error_new (POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "%s: the program %s", self->name, why);
  g_hash_table_remove_all (self->calls);
  g_hash_table_remove_all (self->abandoned);
  explicit_bzero (self->outgoing->str, self->outgoing->len); /* the secret is in it, and codes of providers */
  g_string_truncate (self->outgoing, 0);
  self->running = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

static void
end (PosternProcessProgram *self, const char *why)
{
  int status = 0;

  if (self->pid > 0) {
    kill (-self->pid, SIGKILL); /* its session, and so what it has started, too */
    kill (self->pid, SIGKILL);
    while (waitpid (self->pid, &status, 0) < 0 && errno == EINTR)
      ;
    if (!self->stopping)
      g_message ("%s: the program %s; it is started again when somebody asks", self->name, why);
  }
  self->pid = 0;
  close_all (self);
  g_byte_array_set_size (self->lines, 0);
  g_byte_array_set_size (self->said, 0);
  self->pause = g_get_monotonic_time () - self->started_at > STEADY ? PAUSE_FIRST : CLAMP (self->pause * 2, PAUSE_FIRST, PAUSE_LAST);
  self->start_at = g_get_monotonic_time () + self->pause;
  fail_all (self, why);
}

static gboolean
make_pipes (int pipes[3][2])
{
  for (guint i = 0; i < 3; i++)
    if (pipe2 (pipes[i], O_CLOEXEC) != 0) {
      while (i-- > 0) {
        close (pipes[i][0]);
        close (pipes[i][1]);
      }
      return FALSE;
    }
  return TRUE;
}

/* The first that it reads: the greeting, and what was asked before it ran. */
static void
tell (PosternProcessProgram *self)
{
  GHashTableIter iter;
  Call *call;

  g_mutex_lock (&self->mutex);
  g_string_assign (self->outgoing, self->hello);
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &call))
    g_string_append (self->outgoing, call->line);
  self->running = TRUE;
  g_mutex_unlock (&self->mutex);
}

static void
start (PosternProcessProgram *self)
{
  int pipes[3][2];

  self->started_at = g_get_monotonic_time ();
  self->ready = FALSE;
  if (!make_pipes (pipes)) {
    end (self, "cannot be started: there is no pipe");
    return;
  }
  self->pid = postern_process_confine_start (self->confine, (const int[]){ pipes[0][0], pipes[1][1], pipes[2][1] });
  self->in = pipes[0][1];
  self->out = pipes[1][0];
  self->err = pipes[2][0];
  close (pipes[0][0]);
  close (pipes[1][1]);
  close (pipes[2][1]);
  fcntl (self->in, F_SETFL, O_NONBLOCK);
  fcntl (self->out, F_SETFL, O_NONBLOCK);
  fcntl (self->err, F_SETFL, O_NONBLOCK);
  if (self->pid < 0) {
    end (self, "cannot be started: there is no process");
    return;
  }
  tell (self);
}

/* The first line must be the greeting: another version of the protocol would be misread. Returns: NULL, or why it is ended */
static const char *
greet (PosternProcessProgram *self, GVariant *object)
{
  if (g_strcmp0 (postern_json_get_string (object, "type"), "ready") != 0)
    return "did not greet; its first line must be {\"type\":\"ready\",\"version\":1}";
  if (postern_json_get_int64 (object, "version", 0) != 1)
    return "speaks another version of the protocol";
  self->ready = TRUE;
  return NULL;
}

static const char *
take_line (PosternProcessProgram *self, const char *line, gsize length)
{
  g_autoptr (GVariant) object = postern_json_parse_object (line, (gssize) length, MAX_LINE, NULL);
  gint64 id = object ? postern_json_get_int64 (object, "id", -1) : -1;
  const char *wrong = NULL;
  Call *call;

  if (!object)
    return "wrote a line that is no JSON object";
  if (!self->ready)
    return greet (self, object);
  g_mutex_lock (&self->mutex);
  call = g_hash_table_lookup (self->calls, &id);
  if (call) {
    call->answer = g_steal_pointer (&object);
    g_hash_table_remove (self->calls, &id);
    g_cond_broadcast (&self->changed);
  } else if (!g_hash_table_remove (self->abandoned, &id)) {
    wrong = "answered what nobody asked";
  }
  g_mutex_unlock (&self->mutex);
  return wrong;
}

/* Appends what can be read. Returns: FALSE at its end */
static gboolean
fill (int fd, GByteArray *bytes)
{
  guint8 buffer[16384];
  gssize n = read (fd, buffer, sizeof buffer);

  if (n > 0)
    g_byte_array_append (bytes, buffer, (guint) n);
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static const char *
read_answers (PosternProcessProgram *self)
{
  const char *wrong = fill (self->out, self->lines) ? NULL : "has ended";
  guint8 *feed;

  while (self->lines->len > 0 && (feed = memchr (self->lines->data, '\n', self->lines->len))) {
    gsize length = (gsize) (feed - self->lines->data);
    const char *bad = take_line (self, (const char *) self->lines->data, length);

    if (bad)
      return bad;
    g_byte_array_remove_range (self->lines, 0, (guint) length + 1);
  }
  return self->lines->len > MAX_LINE ? "wrote a line that is too long" : wrong;
}

/* Its error stream goes to the log, a bounded part of it. */
static void
log_line (PosternProcessProgram *self, const char *text, gsize length)
{
  gint64 second = g_get_monotonic_time () / G_USEC_PER_SEC;
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) MIN (length, MAX_SAID_BYTES));

  self->n_said = second == self->said_second ? self->n_said + 1 : 1;
  self->said_second = second;
  for (char *c = valid; *c; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  if (self->n_said <= MAX_SAID && *valid)
    g_message ("%s: says: %s", self->name, valid);
}

static void
read_said (PosternProcessProgram *self)
{
  guint8 *feed;

  if (!fill (self->err, self->said)) {
    close (self->err);
    self->err = -1;
  }
  while (self->said->len > 0 && ((feed = memchr (self->said->data, '\n', self->said->len)) || self->said->len > MAX_SAID_BYTES)) {
    gsize length = feed ? (gsize) (feed - self->said->data) : self->said->len;

    log_line (self, (const char *) self->said->data, length);
    g_byte_array_remove_range (self->said, 0, (guint) (length + (feed ? 1 : 0)));
  }
}

static const char *
write_questions (PosternProcessProgram *self)
{
  gssize n;

  g_mutex_lock (&self->mutex);
  n = write (self->in, self->outgoing->str, self->outgoing->len);
  if (n > 0) {
    g_string_erase (self->outgoing, 0, n);
    explicit_bzero (self->outgoing->str + self->outgoing->len, (gsize) n); /* what moved to the front is there no more */
  }
  g_mutex_unlock (&self->mutex);
  return n >= 0 || errno == EAGAIN || errno == EINTR ? NULL : "has ended";
}

/* Microseconds until somebody's grace is over; -1: nobody's; 0: it is. */
static gint64
time_left (PosternProcessProgram *self)
{
  gint64 first = -1, now = g_get_monotonic_time ();
  GHashTableIter iter;
  gint64 *when;

  g_hash_table_iter_init (&iter, self->abandoned);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &when))
    first = first < 0 ? MAX (*when - now, 0) : MIN (first, MAX (*when - now, 0));
  return first;
}

static void
run_program (PosternProcessProgram *self)
{
  struct pollfd fds[4] = { { .fd = self->out, .events = POLLIN }, { .fd = self->err, .events = POLLIN }, { .fd = self->wake, .events = POLLIN }, { .fd = -1, .events = POLLOUT } };
  const char *wrong = NULL;
  gint64 left;
  guint64 count;

  g_mutex_lock (&self->mutex);
  left = time_left (self);
  if (self->outgoing->len > 0)
    fds[3].fd = self->in;
  g_mutex_unlock (&self->mutex);
  if (left != 0)
    (void) poll (fds, 4, left < 0 ? -1 : (int) (left / 1000 + 1));
  if (fds[2].revents)
    (void) !read (self->wake, &count, sizeof count);
  if (fds[1].revents)
    read_said (self);
  if (fds[0].revents)
    wrong = read_answers (self);
  if (!wrong && fds[3].revents)
    wrong = write_questions (self);
  if (!wrong && left == 0)
    wrong = "did not answer in time";
  if (wrong)
    end (self, wrong);
}

/* Nothing runs: waits for a question, and then until it may be started. */
static void
wait_for_question (PosternProcessProgram *self)
{
  struct pollfd fd = { .fd = self->wake, .events = POLLIN };
  gint64 pause = self->start_at - g_get_monotonic_time ();
  gboolean asked;
  guint64 count;

  g_mutex_lock (&self->mutex);
  asked = g_hash_table_size (self->calls) > 0 && !self->stopping;
  g_mutex_unlock (&self->mutex);
  if (asked && pause <= 0) {
    start (self);
    return;
  }
  (void) poll (&fd, 1, asked ? (int) (pause / 1000 + 1) : -1);
  if (fd.revents)
    (void) !read (self->wake, &count, sizeof count);
}

static gpointer
own (gpointer data)
{
  PosternProcessProgram *self = data;
  gboolean stopping = FALSE;
  sigset_t pipe_signal;

  sigemptyset (&pipe_signal);
  sigaddset (&pipe_signal, SIGPIPE); /* a program that has gone is seen by EPIPE */
  pthread_sigmask (SIG_BLOCK, &pipe_signal, NULL);
  while (!stopping) {
    if (self->pid > 0)
      run_program (self);
    else
      wait_for_question (self);
    g_mutex_lock (&self->mutex);
    stopping = self->stopping;
    g_mutex_unlock (&self->mutex);
  }
  end (self, "is not wanted any more");
  return NULL;
}

/* --- whoever asks ---------------------------------------------------------------------------------------------------------- */

static void
wake (PosternProcessProgram *self)
{
  const guint64 one = 1;

  (void) !write (self->wake, &one, sizeof one);
}

gint64
postern_process_program_next_id (PosternProcessProgram *self)
{
  gint64 id;

  g_mutex_lock (&self->mutex);
  id = ++self->last_id;
  g_mutex_unlock (&self->mutex);
  return id;
}

static void
on_cancelled (GCancellable *cancellable, PosternProcessProgram *self)
{
  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

/* Nobody waits for it any more; who was told of it is told so, and must say something to it soon. */
static void
abandon (PosternProcessProgram *self, gint64 id)
{
  g_hash_table_remove (self->calls, &id);
  if (!self->running)
    return;
  g_string_append_printf (self->outgoing, "{\"type\":\"cancel\",\"id\":%" G_GINT64_FORMAT "}\n", id);
  g_hash_table_insert (self->abandoned, key (id), key (g_get_monotonic_time () + GRACE));
  wake (self);
}

static void
wait_for_answer (PosternProcessProgram *self, gint64 id, Call *call, GCancellable *cancellable)
{
  gint64 deadline = g_get_monotonic_time () + self->seconds * G_TIME_SPAN_SECOND;

  while (!call->answer && !call->error) {
    gboolean late = g_cancellable_is_cancelled (cancellable) || !g_cond_wait_until (&self->changed, &self->mutex, deadline);

    if (!late || call->answer || call->error)
      continue;
    abandon (self, id);
    call->error = g_error_new (POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, "%s: the program did not answer in time", self->name);
  }
}

GVariant *
postern_process_program_ask (PosternProcessProgram *self, gint64 id, char *line, GCancellable *cancellable, GError **error)
{
  g_autofree char *owned = line;
  Call call = { line, NULL, NULL };
  gulong handler = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL) : 0;

  g_mutex_lock (&self->mutex);
  if (g_hash_table_size (self->calls) + g_hash_table_size (self->abandoned) >= self->max_calls || self->outgoing->len + strlen (line) > MAX_OUTGOING) {
    call.error = g_error_new (POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "%s: the program has too many questions open", self->name);
  } else {
    g_hash_table_insert (self->calls, key (id), &call);
    if (self->running)
      g_string_append (self->outgoing, line);
    if (!self->thread)
      self->thread = g_thread_new ("process", own, self);
    wake (self);
    wait_for_answer (self, id, &call, cancellable);
  }
  g_mutex_unlock (&self->mutex);
  if (handler)
    g_cancellable_disconnect (cancellable, handler);
  if (call.error)
    g_propagate_error (error, call.error);
  return call.answer;
}

void
postern_process_program_free (PosternProcessProgram *self)
{
  if (!self)
    return;
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  wake (self);
  g_mutex_unlock (&self->mutex);
  if (self->thread)
    g_thread_join (self->thread);
  close (self->wake);
  explicit_bzero (self->hello, strlen (self->hello)); /* the secret is in it */
  g_free (self->hello);
  g_free (self->name);
  g_hash_table_unref (self->calls);
  g_hash_table_unref (self->abandoned);
  g_string_free (self->outgoing, TRUE);
  g_byte_array_unref (self->lines);
  g_byte_array_unref (self->said);
  postern_process_confine_free (self->confine);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->changed);
  g_free (self);
}
