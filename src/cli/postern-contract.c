/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-contract.h"

#include <string.h>
#include <unistd.h>

#include "postern-error.h"
#include "postern-module.h"

#define CHECK_SECONDS 15 /* then SIGALRM ends this process, and who started it knows which check ran */

G_LOCK_DEFINE_STATIC (faults);
static PosternContract *running; /* whose check runs: for what GLib's own checks say */

void
postern_contract_fault (PosternContract *self, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL, *line = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strdelimit (text, "\r\n", ' ');
  line = g_strdup_printf ("# %s\n", text);
  G_LOCK (faults);
  if (!strstr (self->faults->str, line)) /* once is enough, however often it happens */
    g_string_append (self->faults, line);
  G_UNLOCK (faults);
}

void
postern_contract_take_error (PosternContract *self, const char *what, GError *error)
{
  if (!error)
    postern_contract_fault (self, "%s fails without an error; set one of POSTERN_ERROR", what);
  else if (error->domain != POSTERN_ERROR && error->domain != G_IO_ERROR)
    postern_contract_fault (self, "%s fails with an error of the domain %s; use POSTERN_ERROR, so that it has a word and a status", what, g_quark_to_string (error->domain));
  else if (!error->message || !*error->message)
    postern_contract_fault (self, "%s fails with an empty message; say what the operator's log needs", what);
  g_clear_error (&error);
}

static GLogWriterOutput
hear_criticals (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; running && (level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) && i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      postern_contract_fault (running, "GLib says: %s; find it with G_DEBUG=fatal-criticals and postern connector test --here", (const char *) fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

/* The name goes out first, so that it is known when the check does not come back. */
void
postern_contract_check (PosternContract *self, const char *name, void (*check) (PosternContract *self))
{
  g_print ("# begin: %s\n", name);
  g_string_truncate (self->faults, 0);
  running = self;
  alarm (CHECK_SECONDS);
  check (self);
  alarm (0);
  running = NULL;
  self->n_checks++;
  self->n_failed += self->faults->len > 0;
  g_print ("%sok %u - %s\n%s", self->faults->len > 0 ? "not " : "", self->n_checks, name, self->faults->str);
}

static void
check_key_file (PosternContract *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *named = NULL, *asked = g_path_get_basename (self->module_file);

  self->info = postern_plugin_info_load (self->key_file, &error);
  if (!self->info)
    {
      postern_contract_fault (self, "%s", error->message);
      return;
    }
  named = g_path_get_basename (self->info->module_file);
  if (!g_str_equal (named, asked))
    postern_contract_fault (self, "%s names the module %s and lies beside %s; correct Module", self->key_file, named, asked);
  if (!self->info->description || !*self->info->description)
    postern_contract_fault (self, "%s has no Description; write one sentence on what the plugin does", self->key_file);
}

static void
check_exports (PosternContract *self)
{
  g_autoptr (GPtrArray) exports = g_ptr_array_new_with_free_func (g_free), needed = g_ptr_array_new_with_free_func (g_free);
  gboolean entrance = FALSE;

  if (!postern_contract_elf_read (self->module_file, exports, needed))
    {
      postern_contract_fault (self, "%s is no shared object of this machine; build it here", self->module_file);
      return;
    }
  for (guint i = 0; i < exports->len; i++)
    if (g_str_equal (exports->pdata[i], "postern_plugin_query_type"))
      entrance = TRUE;
    else
      postern_contract_fault (self, "it shows the symbol %s, which could meet another plugin's; link with -Wl,--version-script as the kit's project does", (const char *) exports->pdata[i]);
  if (!entrance)
    postern_contract_fault (self, "it has no function postern_plugin_query_type; define it with G_MODULE_EXPORT");
  for (guint i = 0; i < needed->len; i++)
    if (strstr (needed->pdata[i], "libpostern-private"))
      postern_contract_fault (self, "it is linked to %s, which has no promised interface; use postern-1 alone", (const char *) needed->pdata[i]);
}

static void
check_opens (PosternContract *self)
{
  g_autoptr (GError) error = NULL;

  self->type = postern_module_open (self->info, &error);
  if (self->type == G_TYPE_INVALID)
    postern_contract_fault (self, "%s", error->message);
}

static void
check_kind (PosternContract *self)
{
  static const struct {
    const char *kind;
    void (*check) (PosternContract *self);
    PosternContractAct act;
  } kinds[] = {
    { "connector", postern_contract_step_check, postern_contract_step_act },
    { "factor", postern_contract_step_check, postern_contract_step_act },
    { "messenger", postern_contract_messenger_check, postern_contract_messenger_act },
    { "captcha", postern_contract_captcha_check, postern_contract_captcha_act },
    { "sink", postern_contract_sink_check, postern_contract_sink_act },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, self->info->kind))
      {
        kinds[i].check (self);
        postern_contract_strain_check (self, kinds[i].act);
        return;
      }
  g_print ("# a %s is a part of Postern itself; there is no contract for it beyond this\n", self->info->kind);
}

static void
run (PosternContract *self)
{
  postern_contract_check (self, "its key file can be read", check_key_file);
  postern_contract_check (self, "it shows one symbol", check_exports);
  if (!self->info)
    return;
  postern_contract_check (self, "it opens, and is what its Kind says", check_opens);
  postern_contract_settings_check (self);
  if (self->instance && self->hanging)
    check_kind (self);
}

static char *
key_file_of (const char *module_file)
{
  g_autofree char *stem = g_str_has_suffix (module_file, ".so") ? g_strndup (module_file, strlen (module_file) - 3) : g_strdup (module_file);

  return g_strconcat (stem, ".plugin", NULL);
}

gboolean
postern_contract_run (const char *module_file, GHashTable *given)
{
  PosternContract self = { .module_file = g_canonicalize_filename (module_file, NULL), .given = given, .faults = g_string_new (NULL) };

  self.key_file = key_file_of (self.module_file);
  postern_contract_host_isolate ();
  postern_contract_host_start (&self);
  g_log_set_writer_func (hear_criticals, NULL, NULL);
  run (&self);
  g_print ("# begin: the sanitizers find nothing\n1..%u\n", self.n_checks);
  g_clear_object (&self.instance);
  g_clear_object (&self.hanging);
  g_clear_pointer (&self.info, postern_plugin_info_free);
  g_string_free (self.faults, TRUE);
  g_free (self.refusing_url);
  g_free (self.hanging_url);
  g_free (self.module_file);
  g_free (self.key_file);
  return self.n_failed == 0;
}
