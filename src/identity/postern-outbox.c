/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-outbox.h"

#include <string.h>

#include "postern-error.h"
#include "postern-identifier.h"
#include "postern-json.h"
#include "postern-messenger.h"
#include "postern-stores.h"

#define DIGITS "0123456789"

static gboolean
is_number (const char *text)
{
  gsize digits = *text == '+' ? strspn (text + 1, DIGITS) : 0;

  return digits >= 8 && digits <= 15 && text[1] != '0' && text[1 + digits] == '\0';
}

/* Only the canonical form: so nothing that breaks a line, and no second address, gets as far as a header. */
static gboolean
is_address (const char *text)
{
  g_autofree char *canonical = postern_identifier_canonicalize_email (text);

  return canonical != NULL && g_str_equal (canonical, text) && strpbrk (text, "<>,;:\"\\()[]") == NULL;
}

static gboolean
check (const PosternOutboxItem *item, GError **error)
{
  gboolean email = g_str_equal (item->channel, "email"), sms = g_str_equal (item->channel, "sms");
  g_autoptr (GVariant) model = NULL;

  if ((email && !is_address (item->recipient)) || (sms && !is_number (item->recipient)) || (!email && !sms))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "this is not where “%s” can go to", item->channel);
      return FALSE;
    }
  model = postern_json_parse_object (item->model, -1, POSTERN_OUTBOX_MODEL_MAX, error);
  return model != NULL;
}

static PosternOutboxEntry *
entry_new (const PosternOutboxItem *item)
{
  PosternOutboxEntry *entry = postern_outbox_entry_new ();
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  entry->id = postern_id_new ("msg");
  entry->channel = g_strdup (item->channel);
  entry->recipient = g_strdup (item->recipient);
  entry->template = g_strdup (item->template);
  entry->language = g_strdup (item->language ? item->language : "");
  entry->model = g_strdup (item->model);
  entry->state = g_strdup ("waiting");
  entry->created_at = entry->updated_at = entry->due_at = now;
  entry->expires_at = item->expires_at;
  return entry;
}

static gboolean
add (PosternTxn *txn, const PosternOutboxItem *item, gboolean keep, GError **error)
{
  g_autoptr (PosternOutboxEntry) entry = NULL;
  gboolean done;

  g_return_val_if_fail (item->channel && item->recipient && item->template && item->model && item->expires_at > 0, FALSE);
  if (!check (item, error))
    return FALSE;
  entry = entry_new (item);
  done = postern_outbox_store_insert (txn, entry, error) && (keep || postern_outbox_store_drop (txn, entry, error));
  memset (entry->model, 0, strlen (entry->model));
  return done;
}

gboolean
postern_outbox_add (PosternTxn *txn, const PosternOutboxItem *item, GError **error)
{
  return add (txn, item, TRUE, error);
}

gboolean
postern_outbox_feign (PosternTxn *txn, const PosternOutboxItem *item, GError **error)
{
  return add (txn, item, FALSE, error);
}

gboolean
postern_outbox_can_deliver (GPtrArray *messengers, const char *channel)
{
  for (guint i = 0; i < messengers->len; i++)
    if (POSTERN_IS_MESSENGER (messengers->pdata[i]) && postern_messenger_carries (messengers->pdata[i], channel))
      return TRUE;
  return FALSE;
}

char *
postern_outbox_mask (const char *recipient)
{
  const char *at = strrchr (recipient, '@');
  gsize length = strlen (recipient);
  gsize head = at != NULL ? (gsize) (g_utf8_next_char (recipient) - recipient) : 3;

  if (at != NULL && at != recipient)
    return g_strdup_printf ("%.*s***%s", (int) head, recipient, at);
  return length > head + 2 ? g_strdup_printf ("%.*s***%s", (int) head, recipient, recipient + length - 2) : g_strdup ("***");
}
