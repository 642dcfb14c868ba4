/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-plugin-values.h"

#include "postern-error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_FILE_MAX (64 * 1024)

static void
wipe_free (char *text)
{
  if (text)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static gboolean
fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, message);
  return FALSE;
}

/* The file stands outside the instance file so that it can have other readers; a secret one must not be everybody's. */
static gboolean
check_secret_file (const char *path, int fd, gboolean secret, GError **error)
{
  struct stat info;
  if (fd < 0 || fstat (fd, &info) != 0)
    return fail (error, "%s cannot be opened: %s; correct the path or the file's mode", path, g_strerror (errno));
  if (!S_ISREG (info.st_mode) || info.st_size > SECRET_FILE_MAX)
    return fail (error, "%s is not a plain file of at most 64 KiB; correct the path", path);
  if ((info.st_mode & S_IWGRP) || (info.st_mode & S_IWOTH))
    return fail (error, "others can write %s; run: chmod go-w %s", path, path);
  if (secret && (info.st_mode & S_IROTH))
    return fail (error, "everybody can read %s; run: chmod o-rwx %s", path, path);
  return TRUE;
}

static char *
read_secret_file (const char *path, gboolean secret, GError **error)
{
  char *text = NULL;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (check_secret_file (path, fd, secret, error)) {
    text = g_malloc0 (SECRET_FILE_MAX + 1);
    gssize length = read (fd, text, SECRET_FILE_MAX);
    if (length < 0 || strlen (text) != (gsize) length || !g_utf8_validate (text, length, NULL)) {
      fail (error, "%s cannot be read as text; save it as UTF-8", path);
      g_clear_pointer (&text, wipe_free);
    }
  }
  if (fd >= 0)
    close (fd);
  if (text)
    g_strchomp (text);
  return text;
}

static char *
read_credential (const char *name, gboolean secret, GError **error)
{
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");
  if (!folder || strchr (name, '/') || name[0] == '.') {
    fail (error, folder ? "'%s' is not the name of a credential; write a plain name"
                        : "there are no credentials, so '%s' is not found; start the server under systemd with LoadCredential=",
          name);
    return NULL;
  }
  g_autofree char *path = g_build_filename (folder, name, NULL);
  return read_secret_file (path, secret, error);
}

static gboolean
is_url (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri ? g_uri_get_host (uri) : NULL;
  return host && *host && !g_uri_get_userinfo (uri) &&
         (g_str_equal (g_uri_get_scheme (uri), "https") || g_str_equal (g_uri_get_scheme (uri), "http"));
}

const char *
postern_plugin_values_find_fault (PosternSettingInfo *setting, const char *value)
{
  static const char *const booleans[] = { "true", "false", NULL };
  if (g_str_equal (setting->type, "url") && !is_url (value))
    return "it is not an http or https URL; write one";
  if (g_str_equal (setting->type, "boolean") && !g_strv_contains (booleans, value))
    return "it is neither true nor false; write one of them";
  if (g_str_equal (setting->type, "integer") && !g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64, NULL, NULL))
    return "it is not a whole number; write one";
  if (g_str_equal (setting->type, "choice") && !g_strv_contains ((const char *const *) setting->choices, value))
    return "it is none of the choices";
  if (g_str_equal (setting->type, "file") && !g_path_is_absolute (value))
    return "it is not an absolute path; write one";
  if (!g_str_equal (setting->type, "text") && strchr (value, '\n'))
    return "it has more than one line; write one";
  return NULL;
}

/* The three ways to give a setting: the value, a file that holds it, a systemd credential that holds it. */
static gboolean
resolve (PosternSettingInfo *setting, GHashTable *given, char **value, const char **culprit, GError **error)
{
  g_autofree char *file_name = g_strconcat (setting->name, "-file", NULL);
  g_autofree char *credential_name = g_strconcat (setting->name, "-credential", NULL);
  const char *names[] = { setting->name, file_name, credential_name };
  const char *found[3] = { NULL };
  guint n = 0, which = 0;
  for (guint i = 0; i < 3; i++) {
    gpointer key = NULL, text = NULL;
    if (!g_hash_table_lookup_extended (given, names[i], &key, &text))
      continue;
    *culprit = key;
    found[i] = text;
    which = i;
    n++;
  }
  if (n > 1)
    return fail (error, "%s is given more than once (itself, -file, -credential); keep one", setting->name);
  if (n == 1 && which > 0)
    *value = which == 1 ? read_secret_file (found[1], setting->secret, error) : read_credential (found[2], setting->secret, error);
  else
    *value = g_strdup (found[0] && *found[0] ? found[0] : setting->default_value);
  return n == 0 || which == 0 || *value != NULL;
}

static gboolean
take (PosternSettingInfo *setting, GHashTable *given, GVariantBuilder *builder, const char **culprit, GError **error)
{
  char *value = NULL;
  *culprit = setting->name;
  gboolean fine = resolve (setting, given, &value, culprit, error);
  if (fine && (!value || !*value)) {
    fine = !setting->required || fail (error, "%s is required; set it%s", setting->name,
                                       setting->secret ? ", or name a file in -file, or a credential in -credential" : "");
  } else if (fine) {
    const char *complaint = postern_plugin_values_find_fault (setting, value);
    g_autofree char *choices = complaint && setting->choices ? g_strjoinv (", ", setting->choices) : NULL;
    if (complaint)
      fine = fail (error, "%s has a bad value: %s%s%s", setting->name, complaint, choices ? "; write one of: " : "", choices ? choices : "");
    else
      g_variant_builder_add (builder, "{ss}", setting->name, value);
  }
  wipe_free (value);
  return fine;
}

static gboolean
is_known (PosternPluginInfo *info, const char *name)
{
  for (guint i = 0; i < info->settings->len; i++) {
    PosternSettingInfo *setting = info->settings->pdata[i];
    const char *rest = g_str_has_prefix (name, setting->name) ? name + strlen (setting->name) : NULL;
    if (rest && (!*rest || g_str_equal (rest, "-file") || g_str_equal (rest, "-credential")))
      return TRUE;
  }
  return FALSE;
}

/* Before what is missing: that may stand there under a name with a slip in it. */
static gboolean
check_names (PosternPluginInfo *info, GHashTable *given, const char **culprit, GError **error)
{
  GHashTableIter iter;
  gpointer name;
  g_hash_table_iter_init (&iter, given);
  do
    if (!g_hash_table_iter_next (&iter, &name, NULL))
      return TRUE;
  while (is_known (info, name));
  g_autoptr (GString) known = g_string_new (NULL);
  for (guint i = 0; i < info->settings->len; i++)
    g_string_append_printf (known, "%s%s", i ? ", " : "", ((PosternSettingInfo *) info->settings->pdata[i])->name);
  *culprit = name;
  return fail (error, "%s has no setting '%s'; its settings are: %s", info->id, (const char *) name, known->len ? known->str : "none");
}

GVariant *
postern_plugin_values_check (PosternPluginInfo *info, GVariant *values, const char **culprit, GError **error)
{
  g_autoptr (GHashTable) given = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  const char *scratch = NULL;
  const char *name, *value;
  GVariantIter iter;
  if (!culprit)
    culprit = &scratch;
  if (values) {
    g_variant_iter_init (&iter, values);
    while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
      g_hash_table_insert (given, (gpointer) name, (gpointer) value);
  }
  if (!check_names (info, given, culprit, error))
    return NULL;
  for (guint i = 0; i < info->settings->len; i++)
    if (!take (info->settings->pdata[i], given, &builder, culprit, error))
      return NULL;
  if (info->fixed) {
    g_variant_iter_init (&iter, info->fixed);
    while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
      g_variant_builder_add (&builder, "{ss}", name, value);
  }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}
