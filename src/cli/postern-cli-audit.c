/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-cli-audit.h"

#include "postern-audit-proof.h"
#include "postern-audit-verify.h"

#include <stdio.h>
#include <string.h>

/* --- what the server is asked for ----------------------------------------------------------------------------------- */

/* (transfer full): @path with what was given of `from` and `to` */
static char *
export_path (PosternCliCall *call)
{
  GString *path = g_string_new ("/api/v1/audit/export");
  static const char *const names[] = { "from", "to" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (postern_cli_call_has (call, names[i])) {
      g_autofree char *value = g_uri_escape_string (postern_cli_call_get_value (call, names[i]), NULL, FALSE);

      g_string_append_printf (path, "%c%s=%s", strchr (path->str, '?') ? '&' : '?', names[i], value);
    }
  return g_string_free (path, FALSE);
}

static void
write_lines (GVariant *answer, FILE *file)
{
  g_auto (GStrv) lines = postern_json_dup_strv (answer, "lines", FALSE);

  for (guint i = 0; lines != NULL && lines[i] != NULL; i++) {
    fputs (lines[i], file);
    fputc ('\n', file);
  }
}

/* Numbers what has none, and signs: what is exported ends with what proves it. */
static gboolean
sign (PosternCliCall *call, GError **error)
{
  g_autoptr (GVariant) head = NULL;

  return postern_cli_call_api (call, "POST", "/api/v1/audit/heads", NULL, &head, error);
}

gboolean
postern_cli_audit_export (PosternCliCall *call, FILE *file, GError **error)
{
  g_autofree char *path = export_path (call);
  gint64 next, to;

  if (!sign (call, error))
    return FALSE;
  do {
    g_autoptr (GVariant) answer = NULL;

    if (!postern_cli_call_api (call, "GET", path, NULL, &answer, error))
      return FALSE;
    write_lines (answer, file);
    next = postern_json_get_int64 (answer, "next", -1);
    to = postern_json_get_int64 (answer, "to", 0);
    g_free (path);
    path = g_strdup_printf ("/api/v1/audit/export?next=%" G_GINT64_FORMAT "&to=%" G_GINT64_FORMAT, next, to);
  } while (next >= 0);
  if (fflush (file) == 0 && !ferror (file))
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "the file could not be written");
  return FALSE;
}

static gboolean
run_export (PosternCliCall *call, GError **error)
{
  return postern_cli_audit_export (call, stdout, error);
}

static gboolean
print_json (PosternCliCall *call, const char *method, const char *path, GError **error)
{
  g_autoptr (GVariant) answer = NULL;
  g_autofree char *text = NULL;

  if (!postern_cli_call_api (call, method, path, NULL, &answer, error))
    return FALSE;
  text = postern_json_print (answer);
  g_print ("%s\n", text);
  return TRUE;
}

/* There is none before the first head: whoever keeps the keys of a new log would keep nothing. */
static gboolean
run_keys (PosternCliCall *call, GError **error)
{
  g_autoptr (GVariant) answer = NULL, keys = NULL;

  if (!postern_cli_call_api (call, "GET", "/api/v1/audit/keys", NULL, &answer, error))
    return FALSE;
  keys = postern_json_get (answer, "keys");
  if ((keys == NULL || g_variant_n_children (keys) == 0) && !sign (call, error))
    return FALSE;
  return print_json (call, "GET", "/api/v1/audit/keys", error);
}

static gboolean
run_rotate_key (PosternCliCall *call, GError **error)
{
  return print_json (call, "POST", "/api/v1/audit/keys/rotate", error);
}

static gboolean
run_prove (PosternCliCall *call, GError **error)
{
  g_autofree char *id = g_uri_escape_string (postern_cli_call_get_operand (call, 0), NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/api/v1/audit/%s/proof", id);

  return sign (call, error) && print_json (call, "GET", path, error);
}

static gboolean
run_consistency (PosternCliCall *call, GError **error)
{
  g_autofree char *first = g_uri_escape_string (postern_cli_call_get_operand (call, 0), NULL, FALSE);
  g_autofree char *size = g_uri_escape_string (postern_cli_call_get_operand (call, 1), NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/api/v1/audit/consistency?first=%s&size=%s", first, size);

  return print_json (call, "GET", path, error);
}

/* --- what needs no server ------------------------------------------------------------------------------------------- */

/* A JWK set, or one key. */
static PosternJwkSet *
parse_keys (const char *text, gsize length, GError **error)
{
  g_autoptr (GVariant) model = NULL, keys = NULL;
  g_autoptr (GPtrArray) one = g_ptr_array_new_with_free_func (g_object_unref);
  PosternJwk *key;

  model = postern_json_parse_object (text, (gssize) length, 0, error);
  keys = model ? postern_json_get (model, "keys") : NULL;
  if (model == NULL || keys != NULL)
    return model ? postern_jwk_set_new_from_variant (model, error) : NULL;
  key = postern_jwk_new_from_variant (model, FALSE, error);
  if (key == NULL)
    return NULL;
  g_ptr_array_add (one, key);
  return postern_jwk_set_new (one);
}

static PosternJwkSet *
read_keys (const char *name, GError **error)
{
  g_autofree char *text = NULL;
  PosternJwkSet *keys;
  gsize length;

  if (!g_file_get_contents (name, &text, &length, error))
    return NULL;
  keys = parse_keys (text, length, error);
  if (keys == NULL)
    g_prefix_error (error, "%s: ", name);
  return keys;
}

/* A head that somebody kept: a file that has it, or the head itself. (transfer full) */
static char *
read_head (const char *value)
{
  char *text = NULL;

  if (value == NULL || !g_file_get_contents (value, &text, NULL, NULL))
    return g_strdup (value);
  return g_strstrip (text);
}

typedef struct {
  FILE *file;
  char block[64 * 1024];
  gsize at, end; /* of the block: what is left of it */
} Reader;

/* The next line without its line feed; of one that is too long no more than shows that. Returns: FALSE at the end */
static gboolean
read_line (Reader *self, GString *line)
{
  const char *begin, *feed;

  g_string_truncate (line, 0);
  do {
    gsize length;

    if (self->at == self->end) {
      self->at = 0;
      self->end = fread (self->block, 1, sizeof self->block, self->file);
      if (self->end == 0)
        return line->len > 0;
    }
    begin = self->block + self->at;
    feed = memchr (begin, '\n', self->end - self->at);
    length = feed ? (gsize) (feed - begin) : self->end - self->at;
    if (line->len <= POSTERN_AUDIT_VERIFY_MAX_LINE)
      g_string_append_len (line, begin, (gssize) MIN (length, POSTERN_AUDIT_VERIFY_MAX_LINE + 1));
    self->at += length + (feed != NULL);
  } while (feed == NULL);
  return TRUE;
}

static gboolean
read_lines (const char *name, PosternAuditVerify *verify, GError **error)
{
  gboolean is_input = g_str_equal (name, "-"), whole;
  Reader reader = { .file = is_input ? stdin : fopen (name, "r") };
  g_autoptr (GString) line = g_string_new (NULL);

  if (reader.file == NULL) {
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_NOT_FOUND, "%s: %s", name, g_strerror (errno));
    return FALSE;
  }
  while (read_line (&reader, line))
    postern_audit_verify_line (verify, line->str, line->len);
  whole = !ferror (reader.file);
  if (!is_input)
    fclose (reader.file);
  if (!whole)
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_FAILED, "%s cannot be read", name);
  return whole;
}

/* What the file says of itself, anybody may have written. */
static void
say (const char *text)
{
  g_autofree char *line = postern_cli_print_harmless (text);

  g_print ("%s\n", line);
}

static void
say_verdict (const PosternAuditVerdict *verdict)
{
  g_autofree char *summary = NULL;

  for (guint i = 0; i < verdict->findings->len; i++)
    say (verdict->findings->pdata[i]);
  if (verdict->n_findings > verdict->findings->len)
    g_print ("… and %" G_GUINT64_FORMAT " more\n", verdict->n_findings - verdict->findings->len);
  if (verdict->cut > 0)
    g_print ("%" G_GINT64_FORMAT " entries were cut off before, and that was signed%s\n", verdict->cut,
             verdict->tells_of_cut ? "" : "; no entry of this file tells of it: take a file that goes on up to now");
  if (verdict->n_forgotten > 0)
    g_print ("%" G_GUINT64_FORMAT " addresses and other personal parts were forgotten with people who were deleted\n", verdict->n_forgotten);
  summary = g_strdup_printf ("%s: entries %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " of %s, %" G_GUINT64_FORMAT " heads; signed up to entry %" G_GINT64_FORMAT, verdict->n_findings > 0 ? "BAD" : "good",
                             verdict->from, verdict->to - 1, verdict->issuer ? verdict->issuer : "nobody", verdict->n_heads, verdict->proven - 1);
  say (summary);
  if (verdict->has_own_keys)
    g_print ("The keys are those that the file names itself: it is of one piece, and whose it is you know with --key alone.\n");
}

static gboolean
run_verify (PosternCliCall *call, GError **error)
{
  const char *key_file = postern_cli_call_get_value (call, "key");
  g_autoptr (PosternJwkSet) keys = key_file ? read_keys (key_file, error) : NULL;
  g_autofree char *head = read_head (postern_cli_call_get_value (call, "head"));
  g_autoptr (PosternAuditVerify) verify = NULL;
  const PosternAuditVerdict *verdict;

  if (key_file != NULL && keys == NULL)
    return FALSE;
  verify = postern_audit_verify_new (keys, head);
  if (!read_lines (postern_cli_call_get_operand (call, 0), verify, error))
    return FALSE;
  verdict = postern_audit_verify_end (verify);
  say_verdict (verdict);
  if (verdict->n_findings > 0)
    call->exit = POSTERN_CLI_FAILED;
  return TRUE;
}

static gboolean
run_check_proof (PosternCliCall *call, GError **error)
{
  const char *key_file = postern_cli_call_get_value (call, "key");
  g_autoptr (PosternJwkSet) keys = NULL;
  g_autofree char *text = NULL, *said = NULL;
  g_autoptr (GVariant) proof = NULL;
  gsize length;

  if (key_file == NULL) {
    g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, "whose signature counts? Name the key with --key FILE (`postern audit keys`)");
    return FALSE;
  }
  keys = read_keys (key_file, error);
  if (keys == NULL || !g_file_get_contents (postern_cli_call_get_operand (call, 0), &text, &length, error))
    return FALSE;
  proof = postern_json_parse_object (text, (gssize) length, 0, error);
  said = proof ? postern_audit_proof_check (proof, keys, error) : NULL;
  if (said == NULL)
    return FALSE;
  say (said);
  return TRUE;
}

#define KEY { "key", POSTERN_CLI_STRING, NULL, "FILE", "The public keys whose signatures count, as `postern audit keys` prints them" }

static const PosternCliOption list_options[] = {
  { "event", POSTERN_CLI_STRING, "?event", "EVENT", "Only this event" },
  { "actor", POSTERN_CLI_STRING, "?actor", "ID", "Only what was done by this one" },
  { "target", POSTERN_CLI_STRING, "?target", "ID", "Only what was done to this" },
  { "from", POSTERN_CLI_INTEGER, "?from", "SECONDS", "Only what was done then or later; since 1970, as `date +%s --date 2026-01-31` says" },
  { "to", POSTERN_CLI_INTEGER, "?to", "SECONDS", "Only what was done before" },
  { "newest-first", POSTERN_CLI_TRUE, "?newest_first", NULL, "The newest first; with --limit the last ones" },
  { NULL },
};

static const PosternCliOption export_options[] = {
  { "from", POSTERN_CLI_STRING, NULL, "ENTRY|TIME", "The first one: its number, or a time (2026-01-31T00:00:00Z)" },
  { "to", POSTERN_CLI_STRING, NULL, "ENTRY|TIME", "Up to the first signed head behind it" },
  { NULL },
};

static const PosternCliOption verify_options[] = {
  KEY,
  { "head", POSTERN_CLI_STRING, NULL, "HEAD", "A signed head that you kept, or its file: the log must begin with the one that it is of" },
  { NULL },
};

static const PosternCliOption proof_options[] = { KEY, { NULL } };

static const PosternCliCommand commands[] = {
  { "list", NULL, "Lists what was done, oldest first, unless --newest-first is given.", "GET", "/api/v1/audit", "id at event actor target remote_address", list_options },
  { "export", NULL, "Prints the log as lines of JSON that prove it is whole; signs a head first.", NULL, NULL, NULL, export_options, run_export },
  { "verify", "FILE", "Says what was removed, altered, put in or reordered in an exported log; needs no server.", NULL, NULL, NULL, verify_options, run_verify, .alone = TRUE },
  { "prove", "ENTRY", "Prints the proof that an entry (aud_…) is in the log; signs a head first.", NULL, NULL, NULL, NULL, run_prove },
  { "consistency", "SIZE SIZE", "Prints the proof that the log of the second size begins with that of the first; both are of signed heads.", NULL, NULL, NULL, NULL, run_consistency },
  { "check-proof", "FILE", "Checks a proof of either kind; needs no server.", NULL, NULL, NULL, proof_options, run_check_proof, .alone = TRUE },
  { "head", NULL, "Signs the log as it stands.", "POST", "/api/v1/audit/heads", "tree_size created_at kid statement" },
  { "heads", NULL, "Lists what was signed.", "GET", "/api/v1/audit/heads", "tree_size created_at kid statement" },
  { "keys", NULL, "Prints the public keys that the log is signed with, those that were rotated too.", NULL, NULL, NULL, NULL, run_keys },
  { "rotate-key", NULL, "Has another key sign the log from now on, and prints the keys.", NULL, NULL, NULL, NULL, run_rotate_key },
  { NULL },
};

const PosternCliNoun postern_cli_audit = { "audit", "What was done, and by whom.", commands };
