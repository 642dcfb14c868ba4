/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-line.h"

#include <string.h>

/* --- taking one thing after another --------------------------------------------------------------------------------- */

static gboolean
take (const char **at, const char *end, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (end - *at) < length || memcmp (*at, word, length) != 0)
    return FALSE;
  *at += length;
  return TRUE;
}

static gboolean
take_number (const char **at, const char *end, gint64 *number)
{
  const char *start = *at;

  *number = 0;
  for (; *at < end && g_ascii_isdigit (**at) && *at - start < 18; (*at)++)
    *number = *number * 10 + (**at - '0');
  return *at > start && (*start != '0' || *at == start + 1);
}

static gboolean
take_hash (const char **at, const char *end, PosternMerkleHash *hash)
{
  if (end - *at < POSTERN_MERKLE_TEXT || !postern_merkle_hash_read (*at, POSTERN_MERKLE_TEXT, hash))
    return FALSE;
  *at += POSTERN_MERKLE_TEXT;
  return TRUE;
}

/* From one quotation mark to behind the other. */
static gboolean
take_string (const char **at, const char *end)
{
  if (*at >= end || **at != '"')
    return FALSE;
  for ((*at)++; *at < end && **at != '"'; (*at)++)
    if (**at == '\\')
      (*at)++;
  if (*at >= end)
    return FALSE;
  (*at)++;
  return TRUE;
}

/* From one bracket to behind the one that closes it. */
static gboolean
take_whole (const char **at, const char *end)
{
  guint depth = 0;

  while (*at < end) {
    char c = **at;

    if (c == '"') {
      if (!take_string (at, end))
        return FALSE;
      continue;
    }
    (*at)++;
    if (c == '{' || c == '[')
      depth++;
    else if ((c == '}' || c == ']') && --depth == 0)
      return TRUE;
  }
  return FALSE;
}

static gboolean
take_value (const char **at, const char *end)
{
  const char *start = *at;

  if (*at < end && (**at == '{' || **at == '['))
    return take_whole (at, end);
  if (*at < end && **at == '"')
    return take_string (at, end);
  while (*at < end && **at != ',' && **at != '}' && **at != ']')
    (*at)++;
  return *at > start;
}

/* ,"name":{…}, where it is there */
static gboolean
take_part (const char **at, const char *end, const char *name, PosternAuditText *part)
{
  if (!take (at, end, name))
    return TRUE;
  part->at = *at;
  if (*at >= end || **at != '{' || !take_whole (at, end))
    return FALSE;
  part->length = (gsize) (*at - part->at);
  return TRUE;
}

/* --- lines ---------------------------------------------------------------------------------------------------------- */

gboolean
postern_audit_line_read (PosternAuditLine *self, const char *text, gsize length)
{
  const char *at = text, *end = text + length;

  memset (self, 0, sizeof *self);
  if (!take (&at, end, "{\"seq\":") || !take_number (&at, end, &self->seq) || !take (&at, end, ",\"leaf\":\"") || !take_hash (&at, end, &self->leaf) ||
      !take (&at, end, "\",\"chain\":\"") || !take_hash (&at, end, &self->chain) || !take (&at, end, "\"") ||
      !take_part (&at, end, ",\"address\":", &self->address) || !take_part (&at, end, ",\"personal\":", &self->personal) || !take (&at, end, ",\"entry\":"))
    return FALSE;
  self->entry.at = at;
  if (!take_value (&at, end)) /* a line may have been cut within its last brackets: then nobody altered it */
    return FALSE;
  self->entry.length = (gsize) (at - self->entry.at);
  return take (&at, end, "}") && at == end;
}

gboolean
postern_audit_line_find (const PosternAuditText *entry, const char *name, PosternAuditText *value)
{
  const char *at = entry->at, *end = entry->at + entry->length;
  gsize length = strlen (name);

  if (!take (&at, end, "{"))
    return FALSE;
  do {
    const char *key = at, *start;
    gboolean found;

    if (!take_string (&at, end))
      return FALSE;
    found = (gsize) (at - key) == length + 2 && memcmp (key + 1, name, length) == 0;
    if (!take (&at, end, ":"))
      return FALSE;
    start = at;
    if (!take_value (&at, end))
      return FALSE;
    if (found) {
      *value = (PosternAuditText){ start, (gsize) (at - start) };
      return TRUE;
    }
  } while (take (&at, end, ","));
  return FALSE;
}

char *
postern_audit_line_dup (const PosternAuditText *entry, const char *name)
{
  PosternAuditText value;

  if (!postern_audit_line_find (entry, name, &value) || value.length < 2 || *value.at != '"' || memchr (value.at, '\\', value.length) != NULL)
    return NULL;
  return g_strndup (value.at + 1, value.length - 2);
}
