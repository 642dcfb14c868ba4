/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-console.h"
#include "postern-flow-routes.h"

#include <string.h>

/*
 * The page that lies beside a type's key file (NAME.md), for who fills in its form. Of Markdown it may have what ours have: headings,
 * paragraphs, lists, tables, blocks of code, and within a line `code`, **strong** and *strong*. Anything else is text. The template gets
 * pieces and never markup, so that whatever stands there is shown and nothing of it is done.
 */

#define GUIDE_MAX (64 * 1024)
#define CODE_INDENT "    "
#define FENCE "```"
#define ITEM "- "

typedef struct {
  char **lines, **at;
  GVariantBuilder blocks;
} Guide;

/* --- within a line -------------------------------------------------------------------------------------------------------- */

static void
add_span (GVariantBuilder *spans, const char *member, const char *text, gsize length)
{
  g_autofree char *piece = g_strndup (text, length);
  g_auto (PosternJsonObject) span = POSTERN_JSON_OBJECT_INIT;

  if (length == 0)
    return;
  postern_json_object_add_string (&span, member, piece);
  g_variant_builder_add (spans, "v", postern_json_object_end (&span));
}

/* How much lies between two of @mark at @text; 0 when it is no mark there. */
static gsize
find_marked (const char *text, const char *mark)
{
  gsize length = strlen (mark);
  const char *end = g_str_has_prefix (text, mark) && text[length] != ' ' ? strstr (text + length, mark) : NULL;

  return end ? (gsize) (end - text) - length : 0;
}

static GVariant *
spans_of (const char *text)
{
  static const struct {
    const char *mark, *member;
  } kinds[] = { { "`", "code" }, { "**", "strong" }, { "*", "strong" } };
  GVariantBuilder spans = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  const char *plain = text;

  while (*text) {
    gsize marked = 0, i = 0;

    while (i < G_N_ELEMENTS (kinds) && (marked = find_marked (text, kinds[i].mark)) == 0)
      i++;
    if (marked == 0) {
      text++;
      continue;
    }
    add_span (&spans, "plain", plain, (gsize) (text - plain));
    add_span (&spans, kinds[i].member, text + strlen (kinds[i].mark), marked);
    text += marked + 2 * strlen (kinds[i].mark);
    plain = text;
  }
  add_span (&spans, "plain", plain, (gsize) (text - plain));
  return g_variant_builder_end (&spans);
}

/* --- blocks --------------------------------------------------------------------------------------------------------------- */

static void
add_block (Guide *self, const char *member, GVariant *value)
{
  g_auto (PosternJsonObject) block = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&block, member, value);
  g_variant_builder_add (&self->blocks, "v", postern_json_object_end (&block));
}

static gboolean
is_blank (const char *line)
{
  return line[strspn (line, " \t\r")] == '\0';
}

static gboolean
begins_block (const char *line)
{
  return is_blank (line) || *line == '#' || *line == '|' || g_str_has_prefix (line, FENCE) || g_str_has_prefix (line, ITEM);
}

/* Lines that belong together are one: the page breaks them anew. */
static char *
take_paragraph (Guide *self, gsize skip)
{
  GString *text = g_string_new (*self->at++ + skip);

  for (; *self->at && !begins_block (*self->at); self->at++)
    g_string_append_printf (text, " %s", g_strstrip (*self->at));
  return g_string_free (text, FALSE);
}

static GVariant *
words_of (const char *text)
{
  g_auto (PosternJsonObject) words = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&words, "spans", spans_of (text));
  return postern_json_object_end (&words);
}

static void
take_text (Guide *self)
{
  g_autofree char *text = take_paragraph (self, 0);

  add_block (self, "paragraph", words_of (text));
}

static void
take_list (Guide *self)
{
  GVariantBuilder items = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  while (*self->at && g_str_has_prefix (*self->at, ITEM)) {
    g_autofree char *text = take_paragraph (self, strlen (ITEM));

    g_variant_builder_add (&items, "v", words_of (text));
  }
  add_block (self, "items", g_variant_builder_end (&items));
}

/* The page has a heading of its own in place of the first one. */
static void
take_heading (Guide *self)
{
  const char *line = *self->at++;
  gsize level = strspn (line, "#");
  g_autofree char *text = g_strstrip (g_strdup (line + level));

  if (level > 1)
    add_block (self, level == 2 ? "heading" : "subheading", g_variant_new_string (text));
}

static void
take_code (Guide *self)
{
  gboolean fenced = g_str_has_prefix (*self->at, FENCE);
  GString *text = g_string_new (NULL);

  self->at += fenced;
  for (; *self->at && (fenced ? !g_str_has_prefix (*self->at, FENCE) : g_str_has_prefix (*self->at, CODE_INDENT)); self->at++)
    g_string_append_printf (text, "%s%s", text->len ? "\n" : "", *self->at + (fenced ? 0 : strlen (CODE_INDENT)));
  if (fenced && *self->at)
    self->at++;
  add_block (self, "listing", g_variant_new_take_string (g_string_free (text, FALSE)));
}

/* (transfer full) (nullable): the next cell of a row; @row goes behind it. A bar within `code` separates nothing. */
static char *
take_cell (const char **row)
{
  const char *end = *row;
  gboolean code = FALSE;
  char *cell;

  for (; *end && (code || *end != '|'); end++)
    code ^= *end == '`';
  if (*end == '\0' && is_blank (*row))
    return NULL;
  cell = g_strstrip (g_strndup (*row, (gsize) (end - *row)));
  *row = *end ? end + 1 : end;
  return cell;
}

static GVariant *
row_of (const char *row)
{
  GVariantBuilder cells = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *name = take_cell (&row);
  char *text;

  while ((text = take_cell (&row))) {
    if (*text)
      g_variant_builder_add (&cells, "v", words_of (text));
    g_free (text);
  }
  postern_json_object_add (&model, "name", words_of (name ? name : ""));
  postern_json_object_add (&model, "cells", g_variant_builder_end (&cells));
  return postern_json_object_end (&model);
}

static gboolean
is_rule (const char *line)
{
  return *line == '|' && line[strspn (line, "|-: ")] == '\0';
}

/* Each row is a name and what is to be said of it: a screen of a hand's width has no room for columns. Their titles are left out. */
static void
take_table (Guide *self)
{
  GVariantBuilder rows = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av"));

  for (; *self->at && **self->at == '|'; self->at++)
    if (!is_rule (*self->at) && !(self->at[1] && is_rule (self->at[1])))
      g_variant_builder_add (&rows, "v", row_of (*self->at + 1));
  add_block (self, "rows", g_variant_builder_end (&rows));
}

static void
take_block (Guide *self)
{
  const char *line = *self->at;

  if (is_blank (line))
    self->at++;
  else if (g_str_has_prefix (line, FENCE) || g_str_has_prefix (line, CODE_INDENT))
    take_code (self);
  else if (*line == '#')
    take_heading (self);
  else if (*line == '|')
    take_table (self);
  else if (g_str_has_prefix (line, ITEM))
    take_list (self);
  else
    take_text (self);
}

GVariant *
postern_flow_console_guide_read (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Guide guide = { .lines = lines, .at = lines, .blocks = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("av")) };

  while (*guide.at)
    take_block (&guide);
  return g_variant_builder_end (&guide.blocks);
}

/* --- its page ------------------------------------------------------------------------------------------------------------- */

/* (transfer full) (nullable) */
static char *
read_file (const char *path)
{
  g_autofree char *text = NULL;
  gsize length;

  if (path == NULL || !g_file_get_contents (path, &text, &length, NULL) || length > GUIDE_MAX || !g_utf8_validate (text, (gssize) length, NULL))
    return NULL;
  return g_steal_pointer (&text);
}

PosternResponse *
postern_flow_console_guide_show (PosternRequest *request, gpointer engine)
{
  const char *type = postern_request_get_capture (request, "type");
  g_autofree char *escaped = g_uri_escape_string (type ? type : "", NULL, FALSE), *path = g_strconcat (POSTERN_FLOW_CONSOLE_PATH "/guide/", escaped, NULL), *text = NULL;
  g_auto (PosternFlowConsole) self = { NULL };
  g_auto (PosternJsonObject) model = POSTERN_JSON_OBJECT_INIT;
  PosternResponse *answer = postern_flow_console_enter (&self, engine, request, path);
  PosternPluginInfo *info;

  if (answer)
    return answer;
  info = postern_instance_book_find_type (self.book, type ? type : "");
  text = info ? read_file (info->guide) : NULL;
  if (text == NULL)
    return postern_flow_console_refuse (POSTERN_ERROR_NOT_FOUND, "There is no such page");
  postern_json_object_add_string (&model, "type_name", info->name);
  postern_json_object_add (&model, "blocks", postern_flow_console_guide_read (text));
  postern_flow_console_add_url (&self, &model, "back_url", POSTERN_FLOW_CONSOLE_PATH, NULL);
  return postern_response_new_page (200, "console-guide", postern_json_object_end (&model));
}
