/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-process-connector.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *
script (const char *name)
{
  return g_build_filename (g_getenv ("G_TEST_SRCDIR"), "connectors", "process", "test", name, NULL);
}

static PosternAuthenticator *
connector_new (const char *name, const char *arguments, const char *more)
{
  PosternAuthenticator *self = g_object_new (POSTERN_TYPE_PROCESS_CONNECTOR, NULL);
  g_autofree char *program = script (name);
  g_autoptr (GVariant) given = NULL, extra = more ? g_variant_parse (G_VARIANT_TYPE ("a{ss}"), more, NULL, NULL, NULL) : NULL;
  g_autoptr (PosternSettings) settings = NULL;
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GError) error = NULL;
  GVariantIter iter;
  const char *key, *value;

  g_variant_builder_add (builder, "{ss}", "program", program);
  g_variant_builder_add (builder, "{ss}", "arguments", arguments);
  if (extra)
    g_variant_iter_init (&iter, extra);
  while (extra && g_variant_iter_next (&iter, "{&s&s}", &key, &value))
    g_variant_builder_add (builder, "{ss}", key, value);
  given = g_variant_ref_sink (g_variant_builder_end (builder));
  settings = postern_settings_new (given, NULL);
  postern_instance_set_identity (POSTERN_INSTANCE (self), "mirror", "process", "Mirror", NULL, settings);
  postern_instance_configure (POSTERN_INSTANCE (self), &error);
  g_assert_no_error (error);
  return self;
}

static PosternStep *
ask (PosternAuthenticator *self, PosternStepPhase phase, const char *input, PosternStep *before)
{
  PosternStep *step = postern_step_new (phase, "flw_1", "https://id.example/callback/mirror");
  g_autoptr (GVariant) state = before ? postern_step_dup_state (before) : NULL;

  postern_step_set_callback_state (step, "flw_1.state");
  if (input)
    postern_step_set_input (step, g_variant_new_parsed (input));
  if (state)
    postern_step_load_state (step, state);
  postern_authenticator_ask (self, step);
  return step;
}

static void
test_sign_in (void)
{
  g_autoptr (PosternAuthenticator) self = connector_new ("mirror.py", "", "{'options': 'person=alice other', 'secret': 'hush'}");
  g_autoptr (PosternStep) begun = ask (self, POSTERN_STEP_BEGIN, NULL, NULL), unasked = NULL, done = NULL, typed = NULL;
  const char *callback = "{'code': 'mirrored', 'state': 'flw_1.state'}";

  g_assert_no_error (postern_step_get_error (begun));
  g_assert_cmpstr (postern_prompt_get_url (postern_step_get_prompt (begun)), ==, "https://id.example/callback/mirror?code=mirrored&state=flw_1.state");
  unasked = ask (self, POSTERN_STEP_CALLBACK, callback, NULL);
  g_assert_error (postern_step_get_error (unasked), POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
  done = ask (self, POSTERN_STEP_CALLBACK, callback, begun);
  g_assert_cmpstr (postern_subject_get_id (postern_step_get_subject (done)), ==, "alice");
  g_assert_true (postern_subject_get_email_verified (postern_step_get_subject (done)));
  typed = ask (self, POSTERN_STEP_CONTINUE, "{'name': '\"\\n}'}", begun);
  g_assert_error (postern_step_get_error (typed), POSTERN_ERROR, POSTERN_ERROR_ACCESS_DENIED);
}

/* Each ends the program or the call, and none of them the server. */
static void
test_rogue (void)
{
  static const struct {
    const char *way;
    int code;
    const char *words;
  } cases[] = {
    { "end", POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "has ended" },
    { "garbage", POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "no JSON object" },
    { "endless", POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "too long" },
    { "stranger", POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "answered what nobody asked" },
    { "version", POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "another version" },
    { "eat", POSTERN_ERROR_TEMPORARILY_UNAVAILABLE, "has ended" },
    { "mute", POSTERN_ERROR_UNREACHABLE, "in time" },
    { "reads-nothing", POSTERN_ERROR_UNREACHABLE, "in time" },
    { "silent", POSTERN_ERROR_UNREACHABLE, "in time" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (PosternAuthenticator) self = connector_new ("rogue.py", cases[i].way, "{'timeout': '1'}");
    g_autoptr (PosternStep) step = ask (self, POSTERN_STEP_BEGIN, NULL, NULL);

    g_test_message ("%s: %s", cases[i].way, postern_step_get_error (step)->message);
    g_assert_error (postern_step_get_error (step), POSTERN_ERROR, cases[i].code);
    g_assert_nonnull (strstr (postern_step_get_error (step)->message, cases[i].words));
  }
}

/* Who ended is started again; who is silent is killed, so that a new one answers. */
static void
test_again (void)
{
  g_autoptr (PosternAuthenticator) self = connector_new ("rogue.py", "end", NULL);

  for (guint i = 0; i < 3; i++) {
    g_autoptr (PosternStep) step = ask (self, POSTERN_STEP_BEGIN, NULL, NULL);
    g_assert_error (postern_step_get_error (step), POSTERN_ERROR, POSTERN_ERROR_TEMPORARILY_UNAVAILABLE);
  }
}

static char *
escape_and_tell (const char *file)
{
  g_autofree char *arguments = g_strconcat ("escape ", file, NULL);
  g_autoptr (PosternAuthenticator) self = connector_new ("rogue.py", arguments, NULL);
  g_autoptr (PosternStep) step = ask (self, POSTERN_STEP_BEGIN, NULL, NULL);

  g_assert_no_error (postern_step_get_error (step));
  return g_strdup (postern_subject_get_id (postern_step_get_subject (step)));
}

/* Asked of the kernel and not of the program that is confined: what it can read must not decide whether it should. */
static gboolean
has_landlock (void)
{
  return syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

/* As the server's own for administrators, which lets in whoever has our user id. */
static GSocket *
listen_beside (const char *file)
{
  g_autofree char *path = g_strconcat (file, ".socket", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  GSocket *self = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  g_assert_true (g_socket_bind (self, address, FALSE, NULL) && g_socket_listen (self, NULL));
  return self;
}

/* What a program that was taken over cannot do: read the master key, write, reach us, keep what we have open. */
static void
test_confined (void)
{
  g_autofree char *folder = g_dir_make_tmp ("postern-process-XXXXXX", NULL), *file = g_build_filename (folder, "master.key", NULL), *new = g_strconcat (file, ".new", NULL);
  g_autofree char *told = NULL, *door = g_strconcat (file, ".socket", NULL);
  g_autoptr (GVariant) found = NULL;
  g_autoptr (GSocket) listener = listen_beside (file);
  static const char *const refused[] = { "kill", "trace", "leave", "admin", "alarm", "starve", "namespace" }, *const by_landlock[] = { "read", "write", "memory" };

  g_assert_true (g_file_set_contents (file, "key", -1, NULL));
  told = escape_and_tell (file);
  g_test_message ("%s", told);
  found = postern_json_parse_object (told, -1, 0, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_cmpstr (postern_json_get_string (found, refused[i]), ==, "Operation not permitted");
  g_assert_cmpstr (postern_json_get_string (found, "work"), ==, "done");
  g_assert_nonnull (strstr (told, "\"descriptors\": []"));
  g_assert_nonnull (strstr (told, "\"environment\": [\"HOME\", \"LANG\", \"PATH\"]"));
  if (!has_landlock ())
    g_test_skip ("this kernel has no Landlock, and nothing else hides files: the server's log says so, too (postern-process-connector.c)");
  else
    for (guint i = 0; i < G_N_ELEMENTS (by_landlock); i++)
      g_assert_cmpstr (postern_json_get_string (found, by_landlock[i]), ==, "Permission denied");
  g_unlink (door);
  g_unlink (new);
  g_unlink (file);
  g_rmdir (folder);
}

typedef struct {
  PosternAuthenticator *self;
  const char *message;
} Asker;

static gpointer
ask_aside (gpointer data)
{
  Asker *asker = data;
  g_autoptr (PosternStep) step = ask (asker->self, POSTERN_STEP_BEGIN, NULL, NULL);

  asker->message = strstr (postern_step_get_error (step)->message, "second") ? "second" : "first";
  return NULL;
}

/* Two questions are open at once, and the second is answered first. */
static void
test_order (void)
{
  g_autoptr (PosternAuthenticator) self = connector_new ("rogue.py", "order", NULL);
  Asker first = { self, NULL }, second = { self, NULL };
  GThread *one = g_thread_new ("one", ask_aside, &first), *other = g_thread_new ("other", ask_aside, &second);

  g_thread_join (one);
  g_thread_join (other);
  g_assert_cmpstr (first.message, !=, second.message);
}

static gpointer
cancel_soon (gpointer cancellable)
{
  g_usleep (G_USEC_PER_SEC / 5);
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_cancelled (void)
{
  g_autoptr (PosternAuthenticator) self = connector_new ("rogue.py", "silent", "{'timeout': '30'}");
  g_autoptr (PosternStep) step = postern_step_new (POSTERN_STEP_BEGIN, "flw_1", "https://id.example/callback/mirror");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 begin = g_get_monotonic_time ();

  postern_step_set_cancellable (step, cancellable);
  postern_authenticator_ask (self, step);
  g_assert_error (postern_step_get_error (step), POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 5 * G_USEC_PER_SEC);
  g_thread_join (thread);
}

/* Who leaves before the program runs has told it nothing: neither is there anything to wait for, nor does it take a place from others. */
static void
test_left_early (void)
{
  g_autoptr (PosternAuthenticator) self = connector_new ("mirror.py", "", "{'calls': '1'}");
  g_autoptr (PosternStep) left = postern_step_new (POSTERN_STEP_BEGIN, "flw_1", "https://id.example/callback/mirror"), next = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  postern_step_set_cancellable (left, cancellable);
  postern_authenticator_ask (self, left);
  g_assert_error (postern_step_get_error (left), POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE);
  next = ask (self, POSTERN_STEP_BEGIN, NULL, NULL);
  g_assert_no_error (postern_step_get_error (next));
}

/* Everything that a program may answer, and what is made of it. */
static void
test_answers (void)
{
  static const struct {
    const char *json, *made; /* no space in it: arguments are a list */
  } cases[] = {
    { "{\"type\":\"prompt\",\"prompt\":{\"kind\":\"page\",\"template\":\"connector-mirror\",\"error\":{\"field\":\"name\",\"message\":\"No.\"}}}", "page connector-mirror name" },
    { "{\"type\":\"prompt\",\"prompt\":{\"kind\":\"form_post\",\"url\":\"https://p.example/\",\"fields\":{\"a\":\"b\"}}}", "form https://p.example/" },
    { "{\"type\":\"prompt\",\"prompt\":{\"kind\":\"page\",\"template\":\"account\"}}", "error 28" },
    { "{\"type\":\"prompt\",\"prompt\":{\"kind\":\"page\",\"template\":\"connector-../x\"}}", "error 28" },
    { "{\"type\":\"prompt\",\"prompt\":{\"kind\":\"redirect\",\"url\":\"javascript:alert(1)\"}}", "error 28" },
    { "{\"type\":\"prompt\",\"prompt\":{\"kind\":\"dance\"}}", "error 28" },
    { "{\"type\":\"prompt\"}", "error 28" },
    { "{\"type\":\"subject\",\"subject\":{\"id\":\"1\",\"claims\":{\"name\":null,\"email\":\"a@b\"},\"tokens\":{\"access_token\":\"x\"}}}", "subject 1 a@b" },
    { "{\"type\":\"subject\",\"subject\":{\"id\":\"1\",\"claims\":{\"\":\"x\",\"email\":\"a@b\"}}}", "subject 1 a@b" },
    { "{\"type\":\"subject\",\"subject\":{\"id\":\"1\",\"session\":\"s\"}}", "subject 1 (null) s" },
    { "{\"type\":\"subject\",\"subject\":{\"id\":\"1\",\"tokens\":{\"access_token\":1}}}", "error 28" },
    { "{\"type\":\"subject\",\"subject\":{\"id\":1}}", "error 28" },
    { "{\"type\":\"subject\",\"subject\":{\"id\":\"\"}}", "error 28" },
    { "{\"type\":\"user\",\"user\":\"usr_admin\"}", "error 28" },
    { "{\"type\":\"error\",\"error\":\"unreachable\"}", "error 31" },
    { "{\"type\":\"error\",\"error\":\"no_such_word\"}", "error 28" },
    { "{\"type\":\"error\",\"error\":\"access_denied\",\"state\":{\"n\":1}}", "error 28" },
  };
  g_autoptr (GString) arguments = g_string_new ("answers");
  g_autoptr (PosternAuthenticator) self = NULL;

  G_STATIC_ASSERT (POSTERN_ERROR_PROVIDER == 28 && POSTERN_ERROR_UNREACHABLE == 31);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_string_append_printf (arguments, " %s", cases[i].json);
  self = connector_new ("rogue.py", arguments->str, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *input = g_strdup_printf ("{'n': '%u'}", i), *made = NULL;
    g_autoptr (PosternStep) step = ask (self, POSTERN_STEP_CONTINUE, input, NULL);
    PosternPrompt *prompt = postern_step_get_prompt (step);
    PosternSubject *subject = postern_step_get_subject (step);

    if (prompt && postern_prompt_get_template (prompt))
      made = g_strdup_printf ("page %s %s", postern_prompt_get_template (prompt), postern_prompt_get_error_field (prompt));
    else if (prompt)
      made = g_strdup_printf ("form %s", postern_prompt_get_url (prompt));
    else if (subject)
      made = g_strdup_printf ("subject %s %s%s%s", postern_subject_get_id (subject), postern_subject_get_email (subject), postern_subject_get_upstream_sid (subject) ? " " : "",
                              postern_subject_get_upstream_sid (subject) ? postern_subject_get_upstream_sid (subject) : "");
    else
      made = g_strdup_printf ("error %d", postern_step_get_error (step)->code);
    g_assert_cmpstr (made, ==, cases[i].made);
  }
}

static void
test_settings (void)
{
  static const char *const bad[] = { "{'program': ''}", "{'program': 'relative'}", "{'program': '/no/such'}", "{'program': '/usr'}", "{'program': '/bin/cat', 'timeout': '0'}",
                                     "{'program': '/bin/cat', 'calls': '1000'}", "{'program': '/bin/cat', 'memory': '1'}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (PosternInstance) self = g_object_new (POSTERN_TYPE_PROCESS_CONNECTOR, NULL);
    g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed (bad[i]), NULL);
    g_autoptr (GError) error = NULL;

    postern_instance_set_identity (self, "mirror", "process", "Mirror", NULL, settings);
    g_assert_false (postern_instance_configure (self, &error));
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  }
}

/* What a link leads to is what runs: its folder counts, too. */
static void
test_link (void)
{
  g_autofree char *folder = g_dir_make_tmp ("postern-process-XXXXXX", NULL), *open_folder = g_build_filename (folder, "open", NULL);
  g_autofree char *file = g_build_filename (open_folder, "program", NULL), *link = g_build_filename (folder, "program", NULL);
  g_autofree char *text = g_strdup_printf ("{'program': '%s'}", link);
  g_autoptr (PosternInstance) self = g_object_new (POSTERN_TYPE_PROCESS_CONNECTOR, NULL);
  g_autoptr (PosternSettings) settings = postern_settings_new (g_variant_new_parsed (text), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (open_folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, "#!/bin/sh\n", -1, NULL));
  g_assert_cmpint (g_chmod (file, 0755) | g_chmod (open_folder, 0777) | symlink (file, link), ==, 0);
  postern_instance_set_identity (self, "mirror", "process", "Mirror", NULL, settings);
  g_assert_false (postern_instance_configure (self, &error));
  g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, open_folder));
  g_unlink (link);
  g_unlink (file);
  g_rmdir (open_folder);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/sign-in", test_sign_in);
  g_test_add_func ("/process/rogue", test_rogue);
  g_test_add_func ("/process/again", test_again);
  g_test_add_func ("/process/confined", test_confined);
  g_test_add_func ("/process/order", test_order);
  g_test_add_func ("/process/cancelled", test_cancelled);
  g_test_add_func ("/process/left-early", test_left_early);
  g_test_add_func ("/process/answers", test_answers);
  g_test_add_func ("/process/settings", test_settings);
  g_test_add_func ("/process/link", test_link);
  return g_test_run ();
}
