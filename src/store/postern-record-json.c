/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-record-json.h"

#include <string.h>

#include "postern-json.h"
#include "postern-json-scan.h"

/* At most about 2 MB when each place holds the longest text. */
#define PLACES 256
#define LOCKS 16
#define MAX_SURE 4096 /* bytes: with less nothing but its depth can be too much for the reader */
#define MAX_TEXT 4096 /* bytes; longer ones are read each time */

typedef struct {
  char *text;
  GVariant *value;
} Place;

static Place places[PLACES];
static GMutex locks[LOCKS]; /* place i is guarded by lock i % LOCKS, held to compare or to swap */

static GVariant *
look (guint index, const char *text)
{
  Place *place = &places[index];
  GVariant *value = NULL;

  g_mutex_lock (&locks[index % LOCKS]);
  if (place->text != NULL && strcmp (place->text, text) == 0)
    value = g_variant_ref (place->value);
  g_mutex_unlock (&locks[index % LOCKS]);
  return value;
}

static void
keep (guint index, const char *text, GVariant *value)
{
  Place old, fresh = { g_strdup (text), g_variant_ref (value) };

  g_mutex_lock (&locks[index % LOCKS]);
  old = places[index];
  places[index] = fresh;
  g_mutex_unlock (&locks[index % LOCKS]);
  g_free (old.text);
  g_clear_pointer (&old.value, g_variant_unref);
}

static GVariant *
read_known (const char *text, GError **error)
{
  guint index = g_str_hash (text) % PLACES;
  GVariant *value = look (index, text);

  if (value != NULL)
    return value;
  value = postern_json_parse (text, -1, 0, error);
  if (value != NULL)
    keep (index, text, value);
  return value;
}

/* (transfer full): one value for all that are empty: in the first place for an object, in the second for an array */
static GVariant *
ref_empty (gboolean is_array)
{
  static GVariant *empty[2];

  if (g_once_init_enter (&empty[is_array])) {
    const GVariantType *type = is_array ? G_VARIANT_TYPE_VARIANT : G_VARIANT_TYPE ("{sv}");

    g_once_init_leave (&empty[is_array], g_variant_ref_sink (g_variant_new_array (type, NULL, 0)));
  }
  return g_variant_ref (empty[is_array]);
}

/* Most JSON columns are empty most of the time: that case costs next to nothing. */
GVariant *
postern_record_json_read (const char *text, GError **error)
{
  if (text == NULL)
    return NULL;
  if (strcmp (text, "{}") == 0)
    return ref_empty (FALSE);
  if (strcmp (text, "[]") == 0)
    return ref_empty (TRUE);
  return strnlen (text, MAX_TEXT + 1) <= MAX_TEXT ? read_known (text, error) : postern_json_parse (text, -1, 0, error);
}

/* Behind the closing quote; @text is behind the opening one. */
static const char *
skip_string (const char *text)
{
  while (*text != '"')
    text += *text == '\\' ? 2 : 1;
  return text + 1;
}

static gboolean
is_shallow (const char *text)
{
  guint depth = 0;

  while (*text != '\0')
    {
      char c = *text++;

      if (c == '"')
        text = skip_string (text);
      else if ((c == '{' || c == '[') && ++depth > POSTERN_JSON_MAX_DEPTH)
        return FALSE;
      else if (c == '}' || c == ']')
        depth--;
    }
  return TRUE;
}

gboolean
postern_record_json_is_readable (const char *text)
{
  g_autoptr (GVariant) value = NULL;

  if (strnlen (text, MAX_SURE + 1) <= MAX_SURE)
    return is_shallow (text);
  value = postern_json_parse (text, -1, 0, NULL);
  return value != NULL;
}
