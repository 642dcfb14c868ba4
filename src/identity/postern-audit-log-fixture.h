/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-identity-fixture.h"

#include "postern-audit-cut.h"
#include "postern-audit-entry.h"
#include "postern-audit-events.h"
#include "postern-audit-export.h"
#include "postern-audit-keeper.h"
#include "postern-audit-key.h"
#include "postern-audit-log.h"
#include "postern-audit-proof.h"
#include "postern-audit-statement.h"
#include "postern-audit-verify.h"
#include "postern-error.h"
#include "postern-json.h"

#include <string.h>

/* For tests of the audit log: one that is written, signed and exported, how it is verified, and how what is proven of it is sent. */

#define NOW 1700000000
#define ISSUER "https://id.example.org"

static PosternStore *store;
static PosternTenant *tenant;
static PosternJwkSet *keys;
static GVariant *keys_json;

/* --- writing -------------------------------------------------------------------------------------------------------- */

static inline gboolean
append (PosternTxn *txn, gpointer entry, GError **error)
{
  return postern_audit_store_append (txn, entry, error);
}

/* (transfer full): where a change is told, the rest of it is personal */
static inline PosternAudit *
make_entry (const char *event)
{
  static const PosternAuditBy ada = { "usr_ada", EVENT_FIXTURE_REQUEST, "192.0.2.7" };
  const PosternAuditEvent *row = postern_audit_events_find (event);
  PosternAudit *entry = postern_audit_store_new_by (event, &ada, NULL);

  if (!postern_audit_events_has (row, "after")) {
    entry->data = postern_json_parse ("{\"risks\":{\"z\":1,\"a\":\"ü\\t\",\"before\":{\"x\":1.5}}}", -1, 0, NULL);
    return entry;
  }
  entry->data = postern_json_parse (postern_audit_events_has (row, "before") ? "{\"before\":{\"x\":1.5},\"after\":{}}" : "{\"after\":{}}", -1, 0, NULL);
  entry->personal = postern_json_parse ("{\"after\":{\"email\":\"ada@example.org\",\"name\":\"Ada “ü” Byron\"}}", -1, 0, NULL);
  entry->person = g_strdup ("usr_ada");
  return entry;
}

static inline char *
write_entry (const char *event)
{
  g_autoptr (PosternAudit) entry = make_entry (event);

  fixture_write (store, append, entry);
  return g_strdup (entry->id);
}

/* As the API does it. */
static inline gboolean
rotate_key (PosternTxn *txn, gpointer data, GError **error)
{
  static const PosternAuditBy eve = { "usr_eve", EVENT_FIXTURE_REQUEST, NULL };
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (PosternAudit) entry = NULL;

  g_assert_true (postern_audit_key_rotate (txn, store, NOW, &before, &after, error));
  g_assert_nonnull (before);
  g_assert_cmpstr (before, !=, after);
  entry = postern_audit_store_new_by ("audit.key-rotated", &eve, after);
  entry->data = g_variant_ref_sink (g_variant_new_parsed ("{'before': <{'kid': <%s>}>, 'after': <{'kid': <%s>}>}", before, after));
  return postern_audit_store_append (txn, entry, error);
}

static inline guint
sequence (PosternAuditReach reach)
{
  g_autoptr (GError) error = NULL;
  guint n;

  postern_audit_log_sequence (store, reach, NOW, &n, &error);
  g_assert_no_error (error);
  return n;
}

static inline PosternAuditHead *
sign (gint64 now)
{
  g_autoptr (GError) error = NULL;
  PosternAuditHead *head;

  head = postern_audit_log_sign (tenant, now, &error);
  g_assert_no_error (error);
  return head;
}

static inline gboolean
list_keys (PosternTxn *txn, gpointer set, GError **error)
{
  return (*(GVariant **) set = postern_audit_key_list (txn, error)) != NULL;
}

static inline void
set_up (void)
{
  g_autoptr (GError) error = NULL;

  store = fixture_open ();
  tenant = postern_tenant_new ("default", ISSUER, store, &error);
  g_assert_no_error (error);
  g_object_unref (postern_audit_key_dup (store, &error));
  g_assert_no_error (error);
  postern_store_read (store, POSTERN_KEEP_LASTING, list_keys, &keys_json, &error);
  g_assert_no_error (error);
  keys = postern_jwk_set_new_from_variant (keys_json, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (postern_jwk_set_get_n_keys (keys), ==, 1);
}

static inline void
tear_down (void)
{
  g_clear_object (&keys);
  g_clear_pointer (&keys_json, g_variant_unref);
  g_clear_object (&tenant);
  fixture_close (store, TRUE);
}

/* --- an export ------------------------------------------------------------------------------------------------------ */

typedef struct {
  gint64 from, to;
  GPtrArray *lines;
} Export;

static inline gboolean
export (PosternTxn *txn, gpointer user_data, GError **error)
{
  Export *self = user_data;

  g_clear_pointer (&self->lines, g_ptr_array_unref);
  self->lines = postern_audit_export_begin (txn, tenant, keys_json, &self->from, error);
  for (gint64 at = self->from, next; self->lines != NULL && at < self->to; at = next) {
    g_autoptr (GPtrArray) more = postern_audit_export_list (txn, at, self->to, &next, error);

    g_assert_nonnull (more);
    g_ptr_array_extend_and_steal (self->lines, g_steal_pointer (&more));
  }
  return self->lines != NULL;
}

static inline GPtrArray *
export_lines (gint64 from, gint64 to)
{
  Export self = { from, to, NULL };
  g_autoptr (GError) error = NULL;

  postern_store_read (store, POSTERN_KEEP_LASTING, export, &self, &error);
  g_assert_no_error (error);
  return self.lines;
}

static inline GPtrArray *
sign_and_export (gint64 n, PosternAuditHead **head)
{
  sequence (POSTERN_AUDIT_REACH_NEAR);
  *head = sign (NOW + n);
  g_assert_cmpint ((*head)->tree_size, ==, n);
  return export_lines (0, n);
}

static inline PosternAuditVerify *
verify (GPtrArray *lines, PosternJwkSet *trusted, const char *head)
{
  PosternAuditVerify *self = postern_audit_verify_new (trusted, head);

  for (guint i = 0; i < lines->len; i++)
    postern_audit_verify_line (self, lines->pdata[i], strlen (lines->pdata[i]));
  return self;
}

/* Whether @lines are found good, or the first finding has @words in it. */
static inline void
assert_finding (GPtrArray *lines, const char *head, const char *words)
{
  g_autoptr (PosternAuditVerify) self = verify (lines, keys, head);
  const PosternAuditVerdict *verdict = postern_audit_verify_end (self);
  const char *first = verdict->findings->len > 0 ? verdict->findings->pdata[0] : NULL;

  g_test_message ("%s", first ? first : "good");
  g_assert_cmpint (verdict->n_findings > 0, ==, words != NULL);
  if (words != NULL && strstr (first, words) == NULL)
    g_error ("“%s” is not in “%s”", words, first);
}

/* Ten entries, heads of 4, 7 and 10; the lines: the first one, four entries, a head, three, a head, three, a head. */
#define LINE_OF(seq) (1 + (seq) + ((seq) >= 4) + ((seq) >= 7))

static char *ids[10];
static gint64 times[10]; /* when they were made: from entry 8 on a second later than those before */
static gboolean cut_is_tested;
static char *old_head;

static inline GPtrArray *
make_log (void)
{
  for (guint i = 0; i < 10; i++) {
    if (i == 8 && cut_is_tested)
      g_usleep (2 * G_USEC_PER_SEC);
    times[i] = g_get_real_time () / G_USEC_PER_SEC;
    ids[i] = write_entry ("sign-in.succeeded");
    g_assert_cmpuint (sequence (POSTERN_AUDIT_REACH_NEAR), ==, 1);
    if (i == 3 || i == 6 || i == 9) {
      g_autoptr (PosternAuditHead) head = sign (NOW + i);

      g_assert_cmpint (head->tree_size, ==, i + 1);
      if (i == 6)
        old_head = g_strdup (head->statement);
    }
  }
  return export_lines (0, 10);
}

static inline void
clear_log (GPtrArray *lines)
{
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_clear_pointer (&ids[i], g_free);
  g_clear_pointer (&old_head, g_free);
  g_ptr_array_unref (lines);
}

static inline GPtrArray *
copy_lines (GPtrArray *lines)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < lines->len; i++)
    g_ptr_array_add (copy, g_strdup (lines->pdata[i]));
  return copy;
}

/* --- what is done to it ---------------------------------------------------------------------------------------------- */

static inline void
replace (GPtrArray *lines, guint at, const char *from, const char *to)
{
  g_autoptr (GString) text = g_string_new (lines->pdata[at]);

  g_assert_cmpuint (g_string_replace (text, from, to, 1), ==, 1);
  g_free (lines->pdata[at]);
  lines->pdata[at] = g_string_free (g_steal_pointer (&text), FALSE);
}

static inline void
swap (GPtrArray *lines, guint one, guint other)
{
  gpointer line = lines->pdata[one];

  lines->pdata[one] = lines->pdata[other];
  lines->pdata[other] = line;
}

/* --- proofs --------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *id;
  gint64 first, size;
  GVariant *proof;
} Proof;

static inline gboolean
prove (PosternTxn *txn, gpointer user_data, GError **error)
{
  Proof *self = user_data;

  g_clear_pointer (&self->proof, g_variant_unref);
  self->proof = self->id ? postern_audit_proof_make (txn, self->id, error) : postern_audit_proof_make_consistency (txn, self->first, self->size, error);
  return self->proof != NULL;
}

/* (transfer full): as whoever gets it reads it */
static inline GVariant *
send (GVariant *proof, const char *from, const char *to)
{
  g_autofree char *text = postern_json_print (proof);
  g_autoptr (GString) changed = g_string_new (text);

  if (from != NULL)
    g_assert_cmpuint (g_string_replace (changed, from, to, 1), ==, 1);
  return postern_json_parse_object (changed->str, -1, 0, NULL);
}

static inline void
assert_proof (GVariant *proof, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = postern_audit_proof_check (proof, keys, &error);

  if (words == NULL) {
    g_assert_null (said);
    g_assert_error (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST);
  } else {
    g_assert_no_error (error);
    g_assert_nonnull (strstr (said, words));
  }
}
