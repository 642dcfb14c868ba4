/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-sink-syslog-message.h"

#include <string.h>

#include "postern-json.h"

#define AUTHPRIV 10
#define NOTICE 5
#define WARNING 4
#define SD_ID "postern@32473" /* the number that RFC 5612 keeps for who has none */
#define HOST_MAX 255
#define MSGID_MAX 32

/* A field of the header: printable ASCII without spaces, "-" where nothing is left (section 6) */
static void
append_field (GString *message, const char *text, gsize most)
{
  gsize before = message->len;

  g_string_append_c (message, ' ');
  for (; *text && message->len - before <= most; text++)
    if (g_ascii_isgraph (*text))
      g_string_append_c (message, *text);
  if (message->len == before + 1)
    g_string_append_c (message, '-');
}

/* Three characters are escaped, and nothing else is (section 6.3.3). */
static void
append_param (GString *message, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (message, " %s=\"", name);
  for (; *value; value++) {
    if (strchr ("\"\\]", *value))
      g_string_append_c (message, '\\');
    g_string_append_c (message, *value);
  }
  g_string_append_c (message, '"');
}

static void
append_structured (GString *message, const char *tenant, PosternEvent *event)
{
  static const char *const members[] = { "id", "actor", "target", "person", "request_id", "remote_address" };
  GVariant *data = postern_event_get_data (event);
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, postern_json_get_int64 (data, "number", -1));

  g_string_append (message, " [" SD_ID);
  append_param (message, "tenant", tenant);
  append_param (message, "number", number);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    append_param (message, members[i], postern_json_get_string (data, members[i]));
  g_string_append_c (message, ']');
}

void
postern_sink_syslog_message_append (GString *frames, const char *host, const char *tenant, PosternEvent *event)
{
  g_autoptr (GString) message = g_string_new (NULL);
  g_autofree char *time = postern_event_dup_timestamp (event), *text = postern_event_print (event);

  g_string_append_printf (message, "<%d>1 %s", AUTHPRIV * 8 + (postern_event_is_warning (event) ? WARNING : NOTICE), time);
  append_field (message, host, HOST_MAX);
  g_string_append (message, " postern-audit -");
  append_field (message, postern_event_get_name (event), MSGID_MAX);
  append_structured (message, tenant, event);
  g_string_append_printf (message, " %s", text);
  g_string_append_printf (frames, "%" G_GSIZE_FORMAT " ", message->len);
  g_string_append_len (frames, message->str, (gssize) message->len);
}
