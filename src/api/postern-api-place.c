/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-place.h"

#include "postern-api-call.h"
#include "postern-audit-log.h"

#include <string.h>

gboolean
postern_api_place_read (GVariant *object, const char *name, PosternTxn *txn, gint64 *seq, GError **error)
{
  const char *text = postern_json_get_string (object, name);
  g_autoptr (GDateTime) time = NULL;

  if (text == NULL)
    return TRUE;
  if (strchr (text, 'T') == NULL) {
    *seq = g_ascii_strtoll (text, NULL, 10);
    return TRUE;
  }
  time = g_date_time_new_from_iso8601 (text, NULL);
  if (time == NULL)
    return postern_api_call_invalid (error, name, "is no time");
  return postern_audit_chain_store_find_first (txn, postern_id_get_first_key (g_date_time_to_unix (time)), seq, error);
}

static const PosternApiMember replay_members[] = {
  { "from", POSTERN_API_STRING, POSTERN_API_REQUIRED, "The first entry: its number, or a time (2026-01-31T00:00:00Z).", 1, 32, .pattern = POSTERN_API_PLACE_PATTERN },
  { NULL },
};
const PosternApiSchema postern_api_place_replay_schema = { "Replay", replay_members, "From where on entries of the audit log are sent once more." };

gboolean
postern_api_place_read_replay (GVariant *body, PosternTxn *txn, gint64 *from, GError **error)
{
  gint64 cut, end;

  if (!postern_api_place_read (body, "from", txn, from, error) || !postern_audit_log_get_cut (txn, &cut, NULL, error) ||
      !postern_audit_chain_store_get_end (txn, &end, error))
    return FALSE;
  if (*from > end)
    return postern_api_call_invalid (error, "from", "is behind the end of the log");
  return *from >= cut || postern_api_call_invalid (error, "from", "was cut off, because of the retention of the log");
}
