/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-place.h"

#include "postern-api-call.h"

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
