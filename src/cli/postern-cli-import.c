/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-import.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "postern-identifier.h"
#include "postern-import.h"

/*
 * `postern user import FILE`: the file is read here, record by record, and people go to the server in batches. Each batch is one
 * transaction there, which also moves on how far the file has been taken over: whoever starts the same file again goes on behind
 * the last batch that was committed, and nobody comes twice.
 */
#define BATCH_RECORDS 500
#define BATCH_BYTES (512 * 1024) /* and of one record, which is a batch then */

typedef struct {
  PosternCliCall *call;
  const PosternImportFormat *format;
  PosternImportOptions options;
  PosternImportSource *source;
  gboolean dry, broken;
  FILE *report; /* (nullable) */
  GHashTable *seen; /* (nullable): identifiers of the file, where nothing is stored that would tell */

  char *id; /* of the import; NULL where nothing is to be changed */
  gint64 done;    /* records that the server has dealt with */
  GPtrArray *batch; /* (element-type GVariant): a{sv} */
  gsize batch_bytes; /* of their JSON */
  GArray *positions; /* of guint64: of what is in the batch */
  gint64 skipped; /* records since the last batch that never came into one */
  gint64 created, refused, noted;
} Import;

static void
import_clear (Import *self)
{
  g_clear_pointer (&self->options.connectors, g_hash_table_unref);
  g_clear_pointer (&self->source, postern_import_source_free);
  g_clear_pointer (&self->report, fclose);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_clear_pointer (&self->positions, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

/* --- what is told: a line of JSON each, to a file or to the terminal ------------------------------------------------- */

static void
tell (Import *self, guint64 record, const char *outcome, const char *detail)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) line = NULL;
  g_autofree char *text = NULL;

  g_variant_dict_insert (&dict, "record", "x", (gint64) record);
  g_variant_dict_insert (&dict, "outcome", "s", outcome);
  g_variant_dict_insert (&dict, "detail", "s", detail);
  line = g_variant_ref_sink (g_variant_dict_end (&dict));
  text = postern_json_print (line);
  if (self->report != NULL)
    fprintf (self->report, "%s\n", text);
  else
    g_printerr ("%s\n", text);
}

static void
refuse (Import *self, guint64 record, const char *detail)
{
  self->refused++;
  tell (self, record, "refused", detail);
}

/* --- batches -------------------------------------------------------------------------------------------------------- */

static void
begin_batch (Import *self)
{
  g_ptr_array_set_size (self->batch, 0);
  self->batch_bytes = 0;
  g_array_set_size (self->positions, 0);
  self->skipped = 0;
}

/* What the server did not take, by its place in the batch. */
static void
tell_refused (Import *self, GVariant *answer)
{
  g_autoptr (GVariant) items = postern_json_get (answer, "refused");

  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (items, i);
      g_autoptr (GVariant) item = g_variant_get_variant (box);
      gint64 index = postern_json_get_int64 (item, "index", -1);
      const char *detail = postern_json_get_string (item, "detail");

      if (index >= 0 && index < self->positions->len)
        refuse (self, g_array_index (self->positions, guint64, index), detail ? detail : "refused");
    }
}

static gboolean
send_batch (Import *self, gboolean last, GError **error)
{
  g_autofree char *path = self->id != NULL ? g_strdup_printf ("/api/v1/imports/%s/users", self->id) : g_strdup ("/api/v1/import-checks");
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) body = NULL, answer = NULL;
  gint64 before = self->refused;

  if (self->positions->len == 0 && (self->dry || (self->skipped == 0 && !last)))
    return TRUE;
  g_variant_dict_insert_value (&dict, "users", g_variant_new_array (G_VARIANT_TYPE_VARDICT, (GVariant **) self->batch->pdata, self->batch->len));
  if (self->id != NULL)
    {
      g_variant_dict_insert (&dict, "position", "x", self->done);
      g_variant_dict_insert (&dict, "skipped", "x", self->skipped);
      g_variant_dict_insert (&dict, "last", "b", last);
    }
  body = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (!postern_cli_call_api (self->call, "POST", path, body, &answer, error))
    return FALSE;
  if (answer != NULL)
    tell_refused (self, answer);
  self->created += self->positions->len - (self->refused - before);
  self->done += self->positions->len + self->skipped;
  begin_batch (self);
  return TRUE;
}

/* --- records -------------------------------------------------------------------------------------------------------- */

/* What nobody else may have, each as "KIND VALUE". (transfer full) */
static GPtrArray *
list_unique (GVariant *person)
{
  static const char *const names[] = { "username", "email", "phone" };
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  const char *external_id = postern_json_get_string (person, "external_id");
  g_autoptr (GVariant) identities = postern_json_get (person, "identities");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = postern_json_get_string (person, names[i]);
      g_autofree char *canonical = value != NULL ? postern_identifier_canonicalize (value) : NULL;

      if (canonical != NULL) /* the server says what is wrong with the others */
        g_ptr_array_add (list, g_strconcat ("sign-in ", canonical, NULL));
    }
  if (external_id != NULL)
    g_ptr_array_add (list, g_strconcat ("external_id ", external_id, NULL));
  for (gsize i = 0; identities != NULL && i < g_variant_n_children (identities); i++)
    {
      g_autoptr (GVariant) identity = g_variant_get_child_value (identities, i);

      g_ptr_array_add (list, g_strconcat (postern_json_get_string (identity, "connector"), " ", postern_json_get_string (identity, "subject"), NULL));
    }
  return list;
}

/* Within the file itself, where nothing is stored that would tell. (transfer full) (nullable): what is there twice */
static char *
find_seen (Import *self, GVariant *person)
{
  g_autoptr (GPtrArray) list = self->seen != NULL ? list_unique (person) : NULL;

  for (guint i = 0; list != NULL && i < list->len; i++)
    if (g_hash_table_contains (self->seen, list->pdata[i]))
      return g_strdup (list->pdata[i]);
  for (guint i = 0; list != NULL && i < list->len; i++)
    g_hash_table_add (self->seen, g_strdup (list->pdata[i]));
  return NULL;
}

/* As the server will read it, in a batch: what is too deep or too long for that costs its own record and no other. Returns: bytes; 0 with @error */
static gsize
measure (GVariant *person, GError **error)
{
  g_autofree char *text = postern_json_print (person), *body = g_strconcat ("[[[[{\"users\":[", text, "]}]]]]", NULL); /* the API takes four levels less than this reader */
  g_autoptr (GVariant) read = postern_json_parse (body, -1, BATCH_BYTES, error);

  return read != NULL ? strlen (text) : 0;
}

/* Returns: FALSE with @error where it cannot go on */
static gboolean
add (Import *self, GVariant *person, gsize bytes, guint64 position, GError **error)
{
  if (self->batch_bytes + bytes > BATCH_BYTES && !send_batch (self, FALSE, error))
    return FALSE;
  g_ptr_array_add (self->batch, g_variant_ref (person));
  g_array_append_val (self->positions, position);
  self->batch_bytes += bytes;
  return TRUE;
}

static gboolean
take (Import *self, GVariant *record, guint64 position, GError **error)
{
  PosternImportUser user;
  g_autoptr (GVariant) person = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree char *twice = NULL, *detail = NULL;
  gboolean done = TRUE;
  gsize bytes;

  postern_import_user_init (&user, &self->options);
  self->format->convert (&user, record);
  person = postern_import_user_end (&user);
  bytes = measure (person, &problem);
  twice = bytes > 0 ? find_seen (self, person) : NULL;
  if (bytes > 0 && twice == NULL)
    {
      done = add (self, person, bytes, position, error);
      for (guint i = 0; done && i < user.notes->len; i++, self->noted++)
        tell (self, position, "left out", user.notes->pdata[i]);
    }
  else
    {
      detail = twice != NULL ? g_strconcat (twice, " stands in the file before", NULL) : g_strconcat ("it cannot be sent: ", problem->message, NULL);
      self->skipped++;
      refuse (self, position, detail);
    }
  postern_import_user_clear (&user);
  return done;
}

/* FALSE at the end, or with @error */
static gboolean
take_next (Import *self, GError **error)
{
  g_autoptr (GVariant) record = NULL;
  g_autoptr (GError) problem = NULL;
  PosternImportTurn turn = postern_import_source_next (self->source, &record, &problem);
  guint64 position = postern_import_source_get_position (self->source);

  if (turn == POSTERN_IMPORT_END)
    return FALSE;
  if (turn == POSTERN_IMPORT_BROKEN)
    {
      self->broken = TRUE;
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  if ((gint64) position <= self->done) /* of an earlier run */
    return TRUE;
  if (turn == POSTERN_IMPORT_BAD)
    {
      self->skipped++;
      refuse (self, position, problem->message);
    }
  else if (!take (self, record, position, error))
    return FALSE;
  return self->positions->len + self->skipped < BATCH_RECORDS ? TRUE : send_batch (self, FALSE, error);
}

/* --- the verb ------------------------------------------------------------------------------------------------------- */

static gboolean
wrong (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, why);
  return FALSE;
}

static gboolean
read_number (Import *self, const char *option, guint fallback, guint most, guint *value, GError **error)
{
  const char *text = postern_cli_call_get_value (self->call, option);
  guint64 number = fallback;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 1, most, &number, NULL))
    {
      g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "--%s must be a number from 1 to %u", option, most);
      return FALSE;
    }
  *value = (guint) number;
  return TRUE;
}

static gboolean
read_connectors (Import *self, GError **error)
{
  GPtrArray *pairs = g_hash_table_lookup (self->call->values, "connector");

  self->options.connectors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; pairs != NULL && i < pairs->len; i++)
    {
      const char *pair = pairs->pdata[i], *equals = strchr (pair, '=');

      if (equals == NULL || equals == pair || equals[1] == '\0')
        return wrong (error, "--connector must be PROVIDER=ID, as google-oauth2=google");
      g_hash_table_replace (self->options.connectors, g_strndup (pair, (gsize) (equals - pair)), g_strdup (equals + 1));
    }
  return TRUE;
}

static gboolean
refuse_format (GError **error)
{
  g_autoptr (GString) why = g_string_new ("--format must be one of");

  for (const PosternImportFormat *const *format = postern_import_format_get_all (); *format != NULL; format++)
    g_string_append_printf (why, "\n  %-10s%s", (*format)->name, (*format)->help);
  return wrong (error, why->str);
}

static gboolean
read_options (Import *self, GError **error)
{
  const char *format = postern_cli_call_get_value (self->call, "format");

  self->format = format != NULL ? postern_import_format_find (format) : NULL;
  if (self->format == NULL)
    return refuse_format (error);
  self->dry = postern_cli_call_has (self->call, "dry-run");
  self->options.firebase_signer_key = postern_cli_call_get_value (self->call, "firebase-signer-key");
  self->options.firebase_salt_separator = postern_cli_call_get_value (self->call, "firebase-salt-separator");
  return read_number (self, "firebase-rounds", 8, 16, &self->options.firebase_rounds, error) &&
         read_number (self, "firebase-memory-cost", 14, 20, &self->options.firebase_memory_cost, error) && read_connectors (self, error);
}

static gboolean
open_report (Import *self, GError **error)
{
  const char *path = postern_cli_call_get_value (self->call, "report");

  if (path == NULL)
    return TRUE;
  self->report = g_fopen (path, "ae");
  if (self->report == NULL)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "%s: %s", path, g_strerror (errno));
  return self->report != NULL;
}

/* Says how far the same file came before. */
static gboolean
begin (Import *self, GError **error)
{
  g_autofree char *digest = postern_import_source_dup_digest (self->source);
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) body = NULL, answer = NULL;

  if (self->dry)
    {
      self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      return TRUE;
    }
  g_variant_dict_insert (&dict, "digest", "s", digest);
  g_variant_dict_insert (&dict, "format", "s", self->format->name);
  body = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (!postern_cli_call_api (self->call, "POST", "/api/v1/imports", body, &answer, error))
    return FALSE;
  self->id = g_strdup (postern_json_get_string (answer, "id"));
  self->done = postern_json_get_int64 (answer, "position", 0);
  if (self->done > 0)
    g_printerr ("%" G_GINT64_FORMAT " records were taken over before; going on behind them\n", self->done);
  return TRUE;
}

static void
print_summary (Import *self)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) summary = NULL;

  if (self->id != NULL)
    g_variant_dict_insert (&dict, "import", "s", self->id);
  g_variant_dict_insert (&dict, "records", "x", (gint64) postern_import_source_get_position (self->source));
  g_variant_dict_insert (&dict, self->dry ? "would_be_created" : "created", "x", self->created);
  g_variant_dict_insert (&dict, "refused", "x", self->refused);
  g_variant_dict_insert (&dict, "left_out", "x", self->noted);
  summary = g_variant_ref_sink (g_variant_dict_end (&dict));
  postern_cli_print_answer (self->call, summary);
}

gboolean
postern_cli_import_run (PosternCliCall *call, GError **error)
{
  g_auto (Import) self = { .call = call, .batch = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref), .positions = g_array_new (FALSE, FALSE, sizeof (guint64)) };
  g_autoptr (GError) failure = NULL;

  if (!read_options (&self, error) || !open_report (&self, error))
    return FALSE;
  self.source = postern_import_source_open (postern_cli_call_get_operand (call, 0), self.format->table, error);
  if (self.source == NULL || !begin (&self, error))
    return FALSE;
  begin_batch (&self);
  while (take_next (&self, &failure))
    ;
  /* A file that breaks off gives what stood before: it is not finished, and the whole file is another one. */
  if (failure == NULL || self.broken)
    send_batch (&self, !self.broken, self.broken ? NULL : &failure);
  print_summary (&self);
  call->exit = self.refused > 0 ? POSTERN_CLI_FAILED : POSTERN_CLI_DONE;
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
