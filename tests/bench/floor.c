/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a code flow cannot do without, and nothing else: four requests and answers of the usual length over TCP, five reads and two commits
 * of the usual rows in SQLite, synced before they are answered, and two ES256 signatures. One thread that never waits for another; whoever
 * has come meanwhile is committed together, in one write of our driver's. No HTTP, no pages, no JSON, nothing kept for a short time, no
 * guesses counted, no numbers and hashes for the audit log.
 * `floor MIGRATIONS FOLDER FLOWS`: data/migrations/sqlite/lasting, and an empty folder for the database; prints milliseconds of processor a flow.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sched.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "postern-sqlite-log.h"

#define VISITORS 12
#define REQUEST_BYTES 700
#define SIGNED_BYTES 500

#define HASH "'N0sJkq0SPoZ1nGzYxRr0p1UOmRZz2wqPLmQ5p3sW1aA'"
#define ID "'_01m8mwkp0heqnv60h71ydem6ag'"
#define TIMES "1795997436, 1795997436, 1795997436"
#define AUDIT "INSERT INTO audit (key, id, at, event, actor, target, request_id, remote_address, data, address_salt, address_hash) VALUES "

/* By the number of the request within a flow: each text is a transaction, its statements parted by a semicolon and one space; ?1 is the number of the flow. */
static const char *const reads[][5] = {
  { NULL },
  { NULL },
  { "SELECT * FROM users WHERE email = 'person@example.com'; SELECT * FROM credentials WHERE user_id = 'usr' AND kind = 'password' ORDER BY id LIMIT 1",
    "SELECT 1 FROM devices WHERE user_id = 'usr' LIMIT 1", "SELECT * FROM credentials WHERE user_id = 'usr' ORDER BY id",
    "SELECT disabled_at, ended_at FROM users WHERE id = 'usr'; SELECT * FROM users WHERE id = 'usr'" },
  { "SELECT * FROM grants WHERE key = ?1; SELECT * FROM users WHERE id = 'usr'; SELECT * FROM sessions WHERE key = ?1" },
};
static const char *const writes[] = {
  NULL,
  NULL,
  "UPDATE users SET last_sign_in_at = ?1 WHERE id = 'usr'; "
  "INSERT INTO sessions (key, id, secret_hash, user_id, device_hash, amr, acr, user_agent, remote_address, auth_time, created_at, used_at, idle_expires_at, "
  "expires_at, ended_at) VALUES (?1, " ID ", " HASH ", 'usr', " HASH ", '[\"pwd\"]', '1', 'a browser', '127.0.0.1', " TIMES ", 0, 0, 0); "
  "INSERT INTO devices (user_id, device_hash, created_at, used_at) VALUES ('usr', " HASH " || ?1, 1, 1); "
  "INSERT INTO grants (key, id, user_id, application_id, session_id, scope, data, offline, created_at, expires_at, revoked_at, code_hash, code_redirect_uri, "
  "code_challenge, code_expires_at, code_used_at) VALUES (?1, " ID ", 'usr', 'app', 'ses', 'openid', hex (zeroblob (150)), 0, " TIMES ", " HASH
  ", 'https://app.example.com/callback', " HASH ", 1795997436, 0); " AUDIT "(2 * ?1, " ID
  ", 1, 'sign-in.succeeded', 'usr', 'app', 'req', '127.0.0.1', hex (zeroblob (100)), " HASH ", " HASH ")",
  "UPDATE grants SET code_used_at = 1 WHERE key = ?1 AND code_used_at = 0; "
  "INSERT INTO refresh_tokens (grant_key, hash, created_at, expires_at, used_at) VALUES (?1, " HASH ", 1, 1, 0); " AUDIT "(2 * ?1 + 1, " ID
  ", 1, 'token.issued', 'app', 'usr', 'req', '127.0.0.1', hex (zeroblob (100)), " HASH ", " HASH ")",
};
static const gsize answer_bytes[] = { 900, 6000, 1000, 2300 };

typedef struct {
  int fd;
  guint step;
  gint64 flow;
} Connection;

static sqlite3 *writer, *reader;
static EVP_PKEY *key;
static GHashTable *prepared; /* text -> sqlite3_stmt */
static gint64 n_flows;

static void
must (gboolean done, const char *what)
{
  if (!done)
    g_error ("%s: %s", what, writer ? sqlite3_errmsg (writer) : "failed");
}

static void
pin (guint core)
{
  cpu_set_t set;

  CPU_ZERO (&set);
  CPU_SET (core, &set);
  must (sched_setaffinity (0, sizeof set, &set) == 0, "a core");
}

/* --- the database ----------------------------------------------------------------------------------------------------- */

static void
execute (sqlite3 *handle, const char *sql)
{
  must (sqlite3_exec (handle, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

static void
step (sqlite3 *handle, const char *sql, gint64 flow)
{
  g_autofree char *name = g_strdup_printf ("%p %s", (void *) handle, sql);
  sqlite3_stmt *statement = g_hash_table_lookup (prepared, name);
  int code;

  if (statement == NULL) {
    must (sqlite3_prepare_v3 (handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) == SQLITE_OK, sql);
    g_hash_table_insert (prepared, g_steal_pointer (&name), statement);
  }
  sqlite3_bind_int64 (statement, 1, flow);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    for (int i = 0; i < sqlite3_column_count (statement); i++)
      sqlite3_column_text (statement, i);
  must (code == SQLITE_DONE, sql);
  sqlite3_reset (statement);
}

static void
step_all (sqlite3 *handle, const char *text, gint64 flow)
{
  g_auto (GStrv) statements = g_strsplit (text, "; ", -1);

  for (guint i = 0; statements[i]; i++)
    step (handle, statements[i], flow);
}

static void
read_all (const Connection *self)
{
  for (const char *const *text = reads[self->step]; *text; text++) {
    step (reader, "BEGIN", 0);
    step_all (reader, *text, self->flow);
    step (reader, "ROLLBACK", 0);
  }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
open_database (const char *migrations, const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "floor.db", NULL);
  g_autoptr (GDir) dir = g_dir_open (migrations, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  must (dir && sqlite3_open_v2 (path, &writer, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, postern_sqlite_log_get_vfs ()) == SQLITE_OK, migrations);
  execute (writer, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_spill = OFF");
  while ((name = g_dir_read_name (dir)))
    if (g_str_has_suffix (name, ".sql"))
      g_ptr_array_add (names, g_build_filename (migrations, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *sql = NULL;

    must (g_file_get_contents (names->pdata[i], &sql, NULL, NULL), names->pdata[i]);
    execute (writer, sql);
  }
  must (postern_sqlite_log_hold (writer), "a commit in one write");
  must (sqlite3_open_v2 (path, &reader, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK, path);
  execute (writer, "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; INSERT INTO users (id, email, email_verified, phone_verified, profile, data, administrator, disabled_at, "
                   "created_at, updated_at, last_sign_in_at) VALUES ('usr', 'person@example.com', 1, 0, '{}', '{}', 0, 0, 1, 1, 0); INSERT INTO credentials (id, user_id, "
                   "kind, value, data, created_at, updated_at, used_at) VALUES ('crd', 'usr', 'password', " HASH ", '{}', 1, 1, 0)");
}

/* --- a server ------------------------------------------------------------------------------------------------------------ */

static void
sign_two (void)
{
  static const guint8 text[SIGNED_BYTES];

  for (guint i = 0; i < 2; i++) {
    EVP_MD_CTX *context = EVP_MD_CTX_new ();
    guint8 signature[80];
    gsize length = sizeof signature;

    must (EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key) == 1 && EVP_DigestSign (context, signature, &length, text, sizeof text) == 1, "a signature");
    EVP_MD_CTX_free (context);
  }
}

/* All that have come are read, then written and committed together, then answered. */
static void
serve (Connection **come, guint n)
{
  static char answer[8192];
  gboolean writes_some = FALSE;

  for (guint i = 0; i < n; i++) {
    if (come[i]->step == 0)
      come[i]->flow = ++n_flows;
    read_all (come[i]);
    if (come[i]->step == 3)
      sign_two ();
    writes_some |= writes[come[i]->step] != NULL;
  }
  if (writes_some)
    step (writer, "BEGIN IMMEDIATE", 0);
  for (guint i = 0; i < n; i++)
    if (writes[come[i]->step])
      step_all (writer, writes[come[i]->step], come[i]->flow);
  if (writes_some)
    step (writer, "COMMIT", 0);
  for (guint i = 0; i < n; i++) {
    must (send (come[i]->fd, answer, answer_bytes[come[i]->step], MSG_NOSIGNAL) == (gssize) answer_bytes[come[i]->step], "an answer");
    come[i]->step = (come[i]->step + 1) % G_N_ELEMENTS (answer_bytes);
  }
}

/* Until all visitors have left. */
static void
serve_all (int listener)
{
  Connection connections[VISITORS] = { 0 }, *come[VISITORS];
  struct epoll_event events[VISITORS];
  char request[REQUEST_BYTES];
  int epoll = epoll_create1 (EPOLL_CLOEXEC);
  guint open = VISITORS;

  for (guint i = 0; i < VISITORS; i++) {
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = &connections[i] };

    connections[i].fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
    must (setsockopt (connections[i].fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof (int)) == 0 && epoll_ctl (epoll, EPOLL_CTL_ADD, connections[i].fd, &event) == 0, "a connection");
  }
  while (open > 0) {
    int n = epoll_wait (epoll, events, VISITORS, -1);
    guint n_come = 0;

    for (int i = 0; i < n; i++) {
      Connection *connection = events[i].data.ptr;

      if (recv (connection->fd, request, sizeof request, 0) > 0) {
        come[n_come++] = connection;
      } else {
        close (connection->fd);
        open--;
      }
    }
    serve (come, n_come);
  }
  close (epoll);
}

/* --- its visitors ---------------------------------------------------------------------------------------------------------- */

static gpointer
visit (gpointer data)
{
  const struct sockaddr_in *address = data;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  char bytes[8192] = { 0 };

  must (connect (fd, (const struct sockaddr *) address, sizeof *address) == 0, "connect()");
  must (setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof (int)) == 0, "TCP_NODELAY");
  for (gint64 flow = 0; flow < n_flows / VISITORS; flow++)
    for (guint i = 0; i < G_N_ELEMENTS (answer_bytes); i++) {
      must (send (fd, bytes, REQUEST_BYTES, 0) == REQUEST_BYTES, "a request");
      must (recv (fd, bytes, answer_bytes[i], MSG_WAITALL) == (gssize) answer_bytes[i], "an answer");
    }
  close (fd);
  return NULL;
}

static G_GNUC_NORETURN void
visit_all (struct sockaddr_in *address)
{
  GThread *threads[VISITORS];

  pin (0);
  for (guint i = 0; i < VISITORS; i++)
    threads[i] = g_thread_new ("visitor", visit, address);
  for (guint i = 0; i < VISITORS; i++)
    g_thread_join (threads[i]);
  _exit (0);
}

int
main (int argc, char **argv)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct timespec begun, ended;

  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  must (argc == 4, "usage: floor MIGRATIONS FOLDER FLOWS");
  n_flows = g_ascii_strtoll (argv[3], NULL, 10);
  must (bind (listener, (struct sockaddr *) &address, length) == 0 && listen (listener, VISITORS) == 0 && getsockname (listener, (struct sockaddr *) &address, &length) == 0, "a port");
  if (fork () == 0)
    visit_all (&address);
  n_flows = 0;
  pin (g_get_num_processors () - 1);
  prepared = g_hash_table_new (g_str_hash, g_str_equal);
  open_database (argv[1], argv[2]);
  key = EVP_PKEY_Q_keygen (NULL, NULL, "EC", "P-256");
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &begun);
  serve_all (listener);
  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &ended);
  g_print ("%.3f\n", ((double) (ended.tv_sec - begun.tv_sec) * 1e3 + (double) (ended.tv_nsec - begun.tv_nsec) / 1e6) / (double) n_flows);
  return 0;
}
