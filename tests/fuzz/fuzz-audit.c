/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-audit-entry.h"
#include "postern-audit-proof.h"
#include "postern-audit-statement.h"
#include "postern-audit-verify.h"
#include "postern-json.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

#define ISSUER "https://id.example"

static PosternJwk *key;
static PosternJwkSet *keys;

static void
make_keys (void)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GVariant) model = NULL;

  if (keys)
    return;
  key = postern_jwk_generate (POSTERN_JOSE_ALG_EDDSA, 0, NULL);
  model = postern_jwk_to_variant (key, FALSE);
  g_ptr_array_add (one, postern_jwk_new_from_variant (model, FALSE, NULL));
  keys = postern_jwk_set_new (one);
}

/* The lines of the input as a file; where a line is "H" or "C", one that we sign of what it is told behind it: so that what stands behind a signature is reached. */
static char *
sign_line (const char *line, gsize length)
{
  PosternAuditStatement statement = { .tree_size = length > 1 ? line[1] - '0' : 0, .timestamp = length > 2 ? line[2] : 0, .issuer = (char *) ISSUER, .is_cut = line[0] == 'C' };
  g_autofree char *jws = NULL;

  statement.tree_size = CLAMP (statement.tree_size, 0, 9);
  statement.tree.size = statement.tree_size;
  postern_merkle_tree_get_root (&statement.tree, &statement.root);
  jws = postern_audit_statement_sign (&statement, key, NULL);
  return g_strdup_printf ("{\"%s\":\"%s\"}", statement.is_cut ? "cut" : "head", jws);
}

static void
verify (const char *text, gsize size, const char *head)
{
  g_autoptr (PosternAuditVerify) self = postern_audit_verify_new (keys, head);
  const PosternAuditVerdict *verdict;

  for (const char *at = text, *end = text + size; at < end;) {
    const char *next = memchr (at, '\n', (gsize) (end - at));
    gsize length = next ? (gsize) (next - at) : (gsize) (end - at);
    g_autofree char *made = length > 0 && (*at == 'H' || *at == 'C') ? sign_line (at, length) : NULL;

    postern_audit_verify_line (self, made ? made : at, made ? strlen (made) : length);
    at += length + 1;
  }
  verdict = postern_audit_verify_end (self);
  g_assert_true (verdict->from <= verdict->to && verdict->cut <= verdict->from);
  g_assert_true (verdict->proven <= verdict->to);
  g_assert_cmpuint (verdict->findings->len, <=, POSTERN_AUDIT_VERIFY_MAX_FINDINGS);
}

/* Nobody but us has the key: no proof of others is one. What is read as JSON has one canonical text, which is its own. */
static void
check_proof (const char *text, gsize size)
{
  g_autoptr (GVariant) proof = postern_json_parse_object (text, (gssize) size, 0, NULL), again = NULL;
  g_autofree char *canonical = proof ? postern_audit_entry_print_json (proof) : NULL, *twice = NULL, *said = NULL;
  g_autoptr (GError) error = NULL;

  if (!proof)
    return;
  again = postern_json_parse_object (canonical, -1, strlen (canonical) + 1, &error);
  if (again) { /* a number that is larger than what is read exactly is not taken again */
    twice = postern_audit_entry_print_json (again);
    g_assert_cmpstr (canonical, ==, twice);
  }
  g_clear_error (&error);
  said = postern_audit_proof_check (proof, keys, &error);
  g_assert_true (!said && error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  make_keys ();
  verify ((const char *) data, size, NULL);
  check_proof ((const char *) data, size);
  return 0;
}
