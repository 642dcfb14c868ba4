/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef enum { TEXT, JSON, JOURNAL } Format;

static struct {
  const char *program;
  GLogLevelFlags shown;
  Format format;
} settings = { "postern", G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO, TEXT };

static const struct {
  GLogLevelFlags level;
  const char *word;
} words[] = {
  { G_LOG_LEVEL_ERROR, "error" }, { G_LOG_LEVEL_CRITICAL, "error" }, { G_LOG_LEVEL_WARNING, "warning" },
  { G_LOG_LEVEL_MESSAGE, "info" }, { G_LOG_LEVEL_INFO, "info" }, { G_LOG_LEVEL_DEBUG, "debug" },
};

static const char *
level_word (GLogLevelFlags level)
{
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (level & words[i].level)
      return words[i].word;
  return "info";
}

static const char *
field_text (const GLogField *field, gsize *length)
{
  *length = field->length < 0 ? strlen (field->value) : (gsize) field->length;
  return field->value;
}

/* GLib's own fields say nothing to an operator, except at debug level. */
static gboolean
is_plumbing (const char *key)
{
  static const char *const skipped[] = { "MESSAGE", "PRIORITY", "GLIB_DOMAIN", "CODE_FILE", "CODE_LINE", "CODE_FUNC", "GLIB_OLD_LOG_API", NULL };
  return g_strv_contains (skipped, key);
}

/* Also breaks what a stranger may have put into a line to make it look like two (CWE-117). */
static void
append_text (GString *out, const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    guchar c = (guchar) text[i];
    if (c < 0x20 || c == 0x7f)
      g_string_append_printf (out, "\\x%02x", c);
    else
      g_string_append_c (out, (char) c);
  }
}

static void
append_json (GString *out, const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) length);
  g_string_append_c (out, '"');
  for (const char *p = valid; *p; p++) {
    guchar c = (guchar) *p;
    if (c == '"' || c == '\\')
      g_string_append_printf (out, "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
      g_string_append_printf (out, "\\u%04x", c);
    else
      g_string_append_c (out, *p);
  }
  g_string_append_c (out, '"');
}

static void
append_member (GString *out, const char *key, const GLogField *field)
{
  gsize length;
  const char *text = field_text (field, &length);
  g_autofree char *name = g_ascii_strdown (key, -1);
  if (settings.format == JSON) {
    g_string_append (out, ",\"");
    g_string_append (out, name);
    g_string_append (out, "\":");
    append_json (out, text, length);
  } else {
    g_string_append_printf (out, " %s=", name);
    append_text (out, text, length);
  }
}

static GString *
format_line (GLogLevelFlags level, const GLogField *fields, gsize n_fields)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, settings.format == JSON ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S");
  GString *out = g_string_new (NULL);
  const GLogField *message = NULL;
  gsize length = 0;
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      message = &fields[i];
  const char *text = message ? field_text (message, &length) : "";
  if (settings.format == JSON) {
    g_string_append_printf (out, "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"program\":\"%s\",\"pid\":%d,\"message\":", time,
                            g_date_time_get_microsecond (now) / 1000, level_word (level), settings.program, (int) getpid ());
    append_json (out, text, length);
  } else {
    g_string_append_printf (out, "%s %s %s: ", time, settings.program, level_word (level));
    append_text (out, text, length);
  }
  for (gsize i = 0; i < n_fields; i++)
    if (!is_plumbing (fields[i].key))
      append_member (out, fields[i].key, &fields[i]);
  g_string_append (out, settings.format == JSON ? "}\n" : "\n");
  return out;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (!(level & settings.shown))
    return G_LOG_WRITER_HANDLED;
  if (settings.format == JOURNAL && g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  g_autoptr (GString) line = format_line (level, fields, n_fields);
  /* One write a line, so that two processes do not mix theirs. */
  return write (STDERR_FILENO, line->str, line->len) == (gssize) line->len ? G_LOG_WRITER_HANDLED : G_LOG_WRITER_UNHANDLED;
}

static Format
choose_format (const char *format)
{
  if (g_str_equal (format, "text"))
    return TEXT;
  if (g_str_equal (format, "json"))
    return JSON;
  if (g_str_equal (format, "journal") || g_log_writer_is_journald (STDERR_FILENO))
    return JOURNAL;
  return isatty (STDERR_FILENO) ? TEXT : JSON;
}

static GLogLevelFlags
choose_levels (const char *level)
{
  GLogLevelFlags shown = G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL;
  if (g_str_equal (level, "error"))
    return shown;
  shown |= G_LOG_LEVEL_WARNING;
  if (g_str_equal (level, "warning"))
    return shown;
  shown |= G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO;
  return g_str_equal (level, "debug") ? shown | G_LOG_LEVEL_DEBUG : shown;
}

void
postern_log_start (const char *program, const char *level, const char *format)
{
  static gboolean started = FALSE;
  settings.program = program;
  settings.shown = choose_levels (level);
  settings.format = choose_format (format);
  if (!started)
    g_log_set_writer_func (write_log, NULL, NULL);
  started = TRUE;
}

void
postern_log_failure (const char *message)
{
  const GLogField fields[] = { { "MESSAGE", message, -1 }, { "PRIORITY", "3", -1 } };
  write_log (G_LOG_LEVEL_CRITICAL, fields, G_N_ELEMENTS (fields), NULL);
}
