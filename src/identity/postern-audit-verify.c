/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-verify.h"

#include "postern-audit-line.h"
#include "postern-audit-part.h"
#include "postern-audit-statement.h"
#include "postern-json.h"

#include <string.h>

struct _PosternAuditVerify {
  PosternJwkSet *keys; /* (nullable) */
  char *head;          /* (nullable) */
  PosternAuditVerdict verdict;
  guint64 line;
  PosternMerkleTree tree;
  PosternMerkleHash chain;
  gboolean has_begun;  /* an entry or a head was read: no more beginning */
  gboolean tree_is_lost; /* an entry is missing: no root can be made behind it */
  gboolean chain_is_lost; /* … and no link of the next one */
  gint64 last_timestamp;
  gint64 signed_to;    /* the last head's; -1 */
  PosternAuditStatement wanted; /* the head that was given */
  gboolean has_wanted, ended;
  GHashTable *forgotten, *deleted; /* ids: of whom a part is missing; who was deleted */
  GHashTable *withdrawn; /* of keys, by their `kid`: the number (gint64) of the entry that says so */
};

G_GNUC_PRINTF (2, 3)
static void
find (PosternAuditVerify *self, const char *format, ...)
{
  va_list args;

  self->verdict.n_findings++;
  if (self->verdict.findings->len >= POSTERN_AUDIT_VERIFY_MAX_FINDINGS)
    return;
  va_start (args, format);
  g_ptr_array_add (self->verdict.findings, g_strdup_vprintf (format, args));
  va_end (args);
}

PosternAuditVerify *
postern_audit_verify_new (PosternJwkSet *keys, const char *head)
{
  PosternAuditVerify *self = g_new0 (PosternAuditVerify, 1);

  self->keys = keys ? g_object_ref (keys) : NULL;
  self->head = g_strdup (head);
  self->signed_to = -1;
  self->forgotten = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->deleted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->withdrawn = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->verdict.findings = g_ptr_array_new_with_free_func (g_free);
  self->verdict.has_own_keys = keys == NULL;
  return self;
}

void
postern_audit_verify_free (PosternAuditVerify *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->keys);
  g_free (self->head);
  g_free ((char *) self->verdict.issuer);
  g_ptr_array_unref (self->verdict.findings);
  postern_audit_statement_clear (&self->wanted);
  g_hash_table_unref (self->forgotten);
  g_hash_table_unref (self->deleted);
  g_hash_table_unref (self->withdrawn);
  g_free (self);
}

/* --- the beginning -------------------------------------------------------------------------------------------------- */

static gboolean
read_statement (PosternAuditVerify *self, PosternAuditStatement *statement, const char *jws, gboolean is_cut, const char *what)
{
  g_autoptr (GError) error = NULL;

  if (self->keys == NULL)
    find (self, "line %" G_GUINT64_FORMAT ": there is no key to check %s with", self->line, what);
  else if (!postern_audit_statement_read (statement, jws, self->keys, is_cut, &error))
    find (self, "line %" G_GUINT64_FORMAT ": %s is not signed by a key that counts: %s", self->line, what, error->message);
  else if (self->verdict.issuer != NULL && !g_str_equal (statement->issuer, self->verdict.issuer))
    find (self, "line %" G_GUINT64_FORMAT ": %s is of another log, of %s", self->line, what, statement->issuer);
  else
    return TRUE;
  return FALSE;
}

/* What was given is checked against the keys once they are known. */
static void
read_wanted (PosternAuditVerify *self)
{
  if (self->head != NULL)
    self->has_wanted = read_statement (self, &self->wanted, self->head, FALSE, "the head that was given");
}

static void
read_first (PosternAuditVerify *self, GVariant *line)
{
  g_autoptr (GVariant) keys = postern_json_get (line, "keys");

  if (postern_json_get_int64 (line, "audit_log", 0) != 1) {
    find (self, "line 1: this is no exported audit log, or one of another form");
    return;
  }
  self->verdict.issuer = g_strdup (postern_json_get_string (line, "iss"));
  if (self->keys == NULL && keys != NULL && g_variant_is_of_type (keys, G_VARIANT_TYPE_VARDICT))
    self->keys = postern_jwk_set_new_from_variant (keys, NULL);
}

static void
begin_at (PosternAuditVerify *self, const PosternMerkleTree *tree, const PosternMerkleHash *chain)
{
  self->tree = *tree;
  self->chain = *chain;
  self->verdict.from = self->verdict.to = tree->size;
}

/* A start that was made up leads to no root that was signed; so it needs no signature of its own. */
static void
read_start (PosternAuditVerify *self, GVariant *start)
{
  const char *nodes = postern_json_get_string (start, "nodes"), *text = postern_json_get_string (start, "chain");
  PosternMerkleTree tree = { 0 };
  PosternMerkleHash chain;

  if (nodes == NULL || text == NULL || !postern_merkle_tree_read (&tree, postern_json_get_int64 (start, "tree_size", -1), nodes) ||
      !postern_merkle_hash_read (text, -1, &chain))
    find (self, "line %" G_GUINT64_FORMAT ": it does not say where the file begins", self->line);
  else if (tree.size < self->verdict.cut)
    find (self, "line %" G_GUINT64_FORMAT ": it begins before the cut", self->line);
  else
    begin_at (self, &tree, &chain);
}

static void
read_cut (PosternAuditVerify *self, const char *jws)
{
  g_auto (PosternAuditStatement) cut = { 0 };

  if (!read_statement (self, &cut, jws, TRUE, "the cut"))
    return;
  begin_at (self, &cut.tree, &cut.chain);
  self->verdict.cut = self->signed_to = cut.tree_size;
}

/* --- entries -------------------------------------------------------------------------------------------------------- */

/* (transfer full): for a finding: the entry's number and, where it can still be read, its id */
static char *
name_entry (const PosternAuditLine *line)
{
  g_autoptr (GVariant) entry = postern_json_parse_object (line->entry.at, (gssize) line->entry.length, 0, NULL);
  const char *id = entry ? postern_json_get_string (entry, "id") : NULL;

  return id ? g_strdup_printf ("entry %" G_GINT64_FORMAT " (%s)", line->seq, id) : g_strdup_printf ("entry %" G_GINT64_FORMAT, line->seq);
}

static void
check_number (PosternAuditVerify *self, const PosternAuditLine *line)
{
  gint64 next = self->verdict.to;
  g_autofree char *name = line->seq == next ? NULL : name_entry (line);

  if (name == NULL)
    return;
  self->tree_is_lost = self->chain_is_lost = TRUE;
  if (line->seq > next)
    find (self, "entries %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT " are missing: %s stands there", next, line->seq - 1, name);
  else
    find (self, "line %" G_GUINT64_FORMAT ": %s stands behind entry %" G_GINT64_FORMAT ": it is there twice, or they were put in another order", self->line, name, next - 1);
}

static gboolean
is_gone (const PosternAuditLine *line)
{
  return line->entry.length == strlen ("null") && memcmp (line->entry.at, "null", line->entry.length) == 0;
}

static void
check_hashes (PosternAuditVerify *self, const PosternAuditLine *line)
{
  g_autofree char *name = NULL;
  PosternMerkleHash leaf, chain;

  postern_merkle_hash_leaf (line->entry.at, line->entry.length, &leaf);
  postern_merkle_hash_pair (&self->chain, &line->leaf, &chain);
  if (!postern_merkle_hash_equal (&leaf, &line->leaf)) {
    name = name_entry (line);
    if (is_gone (line))
      find (self, "%s was removed where it was kept", name);
    else
      find (self, "%s was altered: it is not the one that was given this number", name);
  }
  if (!self->chain_is_lost && !postern_merkle_hash_equal (&chain, &line->chain)) {
    g_free (name);
    name = name_entry (line);
    find (self, "%s does not follow the one before it: the chain is broken there", name);
  }
  self->chain = line->chain;
  self->chain_is_lost = FALSE;
}

/* A part belongs to the entry when that has its hash; one that is not there may have been forgotten. */
static void
check_part (PosternAuditVerify *self, const PosternAuditLine *line, const PosternAuditText *part, const char *hash_name, const char *whose, const char *what)
{
  g_autofree char *hash = postern_audit_line_dup (&line->entry, hash_name), *found = NULL, *name = NULL, *id = NULL;

  if (part->at == NULL) {
    if (hash == NULL)
      return;
    id = postern_audit_line_dup (&line->entry, whose);
    self->verdict.n_forgotten++;
    g_hash_table_add (self->forgotten, id ? g_steal_pointer (&id) : g_strdup ("nobody"));
    return;
  }
  found = postern_audit_part_hash (part->at, part->length);
  if (g_strcmp0 (found, hash) == 0)
    return;
  name = name_entry (line);
  find (self, "the %s of %s was altered: it is not the one that was written with it", what, name);
}

/* --- what entries say of the log itself ----------------------------------------------------------------------------- */

/* Whoever made a cut wrote it down. */
static void
note_cut (PosternAuditVerify *self, gint64 seq, GVariant *data)
{
  if (postern_json_get_int64 (data, "tree_size", -1) == self->verdict.cut)
    self->verdict.tells_of_cut = TRUE;
}

/* A key that was followed by another signs nothing from then on: whoever has it still must not speak for the log. */
static void
note_rotation (PosternAuditVerify *self, gint64 seq, GVariant *data)
{
  g_autoptr (GVariant) before = postern_json_get (data, "before");
  const char *kid = before && g_variant_is_of_type (before, G_VARIANT_TYPE_VARDICT) ? postern_json_get_string (before, "kid") : NULL;

  if (kid != NULL && !g_hash_table_contains (self->withdrawn, kid))
    g_hash_table_insert (self->withdrawn, g_strdup (kid), g_memdup2 (&seq, sizeof seq));
}

static void
note_data (PosternAuditVerify *self, const PosternAuditLine *line, void (*note) (PosternAuditVerify *, gint64, GVariant *))
{
  g_autoptr (GVariant) entry = postern_json_parse_object (line->entry.at, (gssize) line->entry.length, 0, NULL);
  g_autoptr (GVariant) data = entry ? postern_json_get (entry, "data") : NULL;

  if (data != NULL && g_variant_is_of_type (data, G_VARIANT_TYPE_VARDICT))
    note (self, line->seq, data);
}

static void
note_end (PosternAuditVerify *self, const PosternAuditLine *line)
{
  char *target = postern_audit_line_dup (&line->entry, "target");

  if (target != NULL)
    g_hash_table_add (self->deleted, target);
}

static void
note_event (PosternAuditVerify *self, const PosternAuditLine *line)
{
  g_autofree char *event = postern_audit_line_dup (&line->entry, "event");

  if (event == NULL)
    return;
  if (g_str_equal (event, "user.deleted") || g_str_equal (event, "invitation.forgotten"))
    note_end (self, line);
  else if (g_str_equal (event, "audit.key-rotated"))
    note_data (self, line, note_rotation);
  else if (g_str_equal (event, "audit.cut"))
    note_data (self, line, note_cut);
}

static void
check_parts (PosternAuditVerify *self, const PosternAuditLine *line)
{
  if (is_gone (line))
    return;
  check_part (self, line, &line->address, "address_hash", "actor", "address");
  check_part (self, line, &line->personal, "personal_hash", "person", "personal part");
}

static void
check_key (PosternAuditVerify *self, const PosternAuditStatement *statement, const char *what)
{
  const gint64 *seq = statement->kid ? g_hash_table_lookup (self->withdrawn, statement->kid) : NULL;

  if (seq != NULL && statement->tree_size > *seq)
    find (self, "line %" G_GUINT64_FORMAT ": %s of %" G_GINT64_FORMAT " entries is signed by a key that entry %" G_GINT64_FORMAT " withdrew: somebody else may have it", self->line, what,
          statement->tree_size, *seq);
}

/* What is personal is forgotten when its person is deleted, which stands in the log behind it, and for no other reason. */
static void
check_forgotten (PosternAuditVerify *self)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->forgotten);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (self->deleted, id))
      find (self, "what is personal was taken out of entries of %s, and no entry of this file says that they were deleted: take a file that goes on up to now", (char *) id);
}

static void
check_wanted (PosternAuditVerify *self)
{
  PosternMerkleHash root;

  if (!self->has_wanted || self->verdict.has_seen_head || self->wanted.tree_size != self->tree.size || self->tree_is_lost)
    return;
  postern_merkle_tree_get_root (&self->tree, &root);
  self->verdict.has_seen_head = TRUE;
  if (!postern_merkle_hash_equal (&root, &self->wanted.root))
    find (self, "the first %" G_GINT64_FORMAT " entries are not those of the head that was given: the log was changed since, or rolled back", self->tree.size);
}

static void
read_entry (PosternAuditVerify *self, const char *text, gsize length)
{
  PosternAuditLine line;

  if (!postern_audit_line_read (&line, text, length)) {
    find (self, "line %" G_GUINT64_FORMAT ": it cannot be read", self->line);
    return;
  }
  check_number (self, &line);
  check_hashes (self, &line);
  check_parts (self, &line);
  note_event (self, &line);
  if (!self->tree_is_lost)
    postern_merkle_tree_append (&self->tree, &line.leaf);
  self->verdict.to = MAX (self->verdict.to, line.seq + 1);
  check_wanted (self);
}

/* --- heads ---------------------------------------------------------------------------------------------------------- */

static void
check_head (PosternAuditVerify *self, const PosternAuditStatement *head)
{
  PosternMerkleHash root;

  if (head->timestamp < self->last_timestamp)
    find (self, "line %" G_GUINT64_FORMAT ": the head of %" G_GINT64_FORMAT " entries was signed before the one above it: the log was rolled back", self->line, head->tree_size);
  self->last_timestamp = MAX (self->last_timestamp, head->timestamp);
  self->signed_to = MAX (self->signed_to, head->tree_size);
  if (head->tree_size != self->verdict.to) {
    find (self, "line %" G_GUINT64_FORMAT ": a head of %" G_GINT64_FORMAT " entries stands behind entry %" G_GINT64_FORMAT ": some are missing or were put in", self->line,
          head->tree_size, self->verdict.to - 1);
    return;
  }
  if (self->tree_is_lost)
    return;
  postern_merkle_tree_get_root (&self->tree, &root);
  if (!postern_merkle_hash_equal (&root, &head->root) || !postern_merkle_hash_equal (&self->chain, &head->chain))
    find (self, "line %" G_GUINT64_FORMAT ": the head of %" G_GINT64_FORMAT " entries is not the one of those above: one or more of entries %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
          " were changed, and their hashes too", self->line, head->tree_size, self->verdict.proven, head->tree_size - 1);
  else
    self->verdict.proven = head->tree_size;
}

static void
read_head (PosternAuditVerify *self, const char *jws)
{
  g_auto (PosternAuditStatement) head = { 0 };

  self->verdict.n_heads++;
  if (!read_statement (self, &head, jws, FALSE, "the head"))
    return;
  check_key (self, &head, "the head");
  check_head (self, &head);
}

/* --- lines ---------------------------------------------------------------------------------------------------------- */

static void
begin (PosternAuditVerify *self)
{
  if (self->has_begun)
    return;
  self->has_begun = TRUE;
  self->verdict.proven = self->verdict.from;
  check_wanted (self);
}

static void
read_other (PosternAuditVerify *self, GVariant *line)
{
  g_autoptr (GVariant) start = postern_json_get (line, "start");
  const char *cut = postern_json_get_string (line, "cut"), *head = postern_json_get_string (line, "head");

  if (head != NULL) {
    begin (self);
    read_head (self, head);
  } else if (cut != NULL && !self->has_begun)
    read_cut (self, cut);
  else if (start != NULL && g_variant_is_of_type (start, G_VARIANT_TYPE_VARDICT) && !self->has_begun)
    read_start (self, start);
  else
    find (self, "line %" G_GUINT64_FORMAT ": it does not belong there", self->line);
}

void
postern_audit_verify_line (PosternAuditVerify *self, const char *line, gsize length)
{
  g_autoptr (GVariant) object = NULL;

  self->line++;
  if (length > POSTERN_AUDIT_VERIFY_MAX_LINE) {
    find (self, "line %" G_GUINT64_FORMAT ": it is too long", self->line);
    return;
  }
  if (length > strlen ("{\"seq\"") && memcmp (line, "{\"seq\"", strlen ("{\"seq\"")) == 0 && self->line > 1) {
    begin (self);
    read_entry (self, line, length);
    return;
  }
  object = postern_json_parse_object (line, (gssize) length, POSTERN_AUDIT_VERIFY_MAX_LINE, NULL);
  if (object == NULL) {
    find (self, "line %" G_GUINT64_FORMAT ": it cannot be read", self->line);
  } else if (self->line == 1) {
    read_first (self, object);
    read_wanted (self);
  } else {
    read_other (self, object);
  }
}

/* What a head covers must be there. */
static void
check_end (PosternAuditVerify *self)
{
  gint64 to = self->verdict.to;

  if (self->line == 0)
    find (self, "the file is empty");
  else if (self->signed_to < to)
    find (self, "the file ends behind entry %" G_GINT64_FORMAT " without a head of it: it was cut short", to - 1);
  if (self->has_wanted)
    check_key (self, &self->wanted, "the head that was given,");
  if (!self->has_wanted || self->verdict.has_seen_head)
    return;
  if (self->wanted.tree_size > to)
    find (self, "the file ends behind entry %" G_GINT64_FORMAT ", and the head that was given has %" G_GINT64_FORMAT " entries: it was cut short, or the log was rolled back",
          to - 1, self->wanted.tree_size);
  else if (self->wanted.tree_size < self->verdict.from)
    find (self, "the file begins with entry %" G_GINT64_FORMAT ", behind the head that was given, of %" G_GINT64_FORMAT " entries: it says nothing about it", self->verdict.from,
          self->wanted.tree_size);
}

const PosternAuditVerdict *
postern_audit_verify_end (PosternAuditVerify *self)
{
  if (self->ended)
    return &self->verdict;
  self->ended = TRUE;
  begin (self);
  check_forgotten (self);
  check_end (self);
  return &self->verdict;
}
