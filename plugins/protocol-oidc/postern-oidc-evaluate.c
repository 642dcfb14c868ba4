/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-evaluate.h"

#include "postern-json.h"
#include "postern-oidc-client-auth.h"
#include "postern-oidc-decide.h"
#include "postern-oidc-json.h"

#include <string.h>

#define MAX_BODY (64 * 1024)
#define MAX_EVALUATIONS 50
#define MAX_TEXT 512 /* bytes of each name */

typedef struct {
  PosternClient *client; /* borrowed */
  PosternResourceBook *book;
  GVariant *body;        /* a{sv} */
  GVariant *evaluations; /* (nullable): av */
  const char *stop;      /* the semantic: NULL: none; or at which decision: "deny", "permit" */
  GPtrArray *decisions;  /* (element-type PosternOidcDecision) */
} Evaluation;

static gboolean
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST, why);
  return FALSE;
}

/* --- one question: its own members, and those beside the list for what it leaves out (section 7.1) --- */

/* (nullable): null is as if it were not there */
static GVariant *
dup_member (GVariant *object, const char *name)
{
  g_autoptr (GVariant) value = object ? postern_json_get (object, name) : NULL;

  return value && !g_variant_is_of_type (value, G_VARIANT_TYPE_MAYBE) ? g_steal_pointer (&value) : NULL;
}

/* @object: (out): NULL when it is not there. FALSE when it is there and no object: without it, another question would be answered. */
static gboolean
take_object (GVariant *own, GVariant *shared, const char *name, GVariant **object)
{
  *object = dup_member (own, name);
  if (*object == NULL)
    *object = dup_member (shared, name);
  return *object == NULL || g_variant_is_of_type (*object, G_VARIANT_TYPE_VARDICT);
}

static gboolean
read_text (GVariant *object, const char *name, const char **text)
{
  *text = object ? postern_json_get_string (object, name) : NULL;
  return *text && **text && strlen (*text) <= MAX_TEXT;
}

/* The same of a text that may be left out. */
static gboolean
read_optional_text (GVariant *object, const char *name, const char **text)
{
  g_autoptr (GVariant) value = dup_member (object, name);

  *text = NULL;
  return value == NULL || read_text (object, name, text);
}

/* The texts are borrowed from the four. */
typedef struct {
  GVariant *subject, *action, *resource, *context;
  PosternOidcQuestion question;
} Asked;

static void
asked_clear (Asked *self)
{
  g_clear_pointer (&self->subject, g_variant_unref);
  g_clear_pointer (&self->action, g_variant_unref);
  g_clear_pointer (&self->resource, g_variant_unref);
  g_clear_pointer (&self->context, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Asked, asked_clear)

/* Which of the resource's objects it is about (its id) no role tells apart. */
static gboolean
asked_read (Asked *self, GVariant *own, GVariant *shared, GError **error)
{
  PosternOidcQuestion *question = &self->question;
  const char *id;

  if (!take_object (own, shared, "subject", &self->subject) || !read_text (self->subject, "type", &question->subject_type) ||
      !read_text (self->subject, "id", &question->subject_id))
    return refuse (error, "subject must be an object with the texts type and id");
  if (!take_object (own, shared, "action", &self->action) || !read_text (self->action, "name", &question->action))
    return refuse (error, "action must be an object with the text name");
  if (!take_object (own, shared, "resource", &self->resource) || !read_text (self->resource, "type", &question->resource) || !read_text (self->resource, "id", &id))
    return refuse (error, "resource must be an object with the texts type and id");
  if (!take_object (own, shared, "context", &self->context) || !read_optional_text (self->context, "organization_id", &question->organization_id))
    return refuse (error, "context must be an object; its organization_id is the id of an organization");
  return TRUE;
}

/* --- all questions, in one read --- */

/* (nullable): the object at @i; NULL where there is no list */
static GVariant *
dup_evaluation (Evaluation *self, gsize i)
{
  g_autoptr (GVariant) box = self->evaluations ? g_variant_get_child_value (self->evaluations, i) : NULL;

  return box ? g_variant_get_variant (box) : NULL;
}

static gsize
count_evaluations (Evaluation *self)
{
  return self->evaluations ? g_variant_n_children (self->evaluations) : 1;
}

static gboolean
stops (Evaluation *self, const PosternOidcDecision *decision)
{
  return self->stop && g_str_equal (self->stop, decision->allowed ? "permit" : "deny");
}

static gboolean
evaluate (PosternTxn *txn, gpointer user_data, GError **error)
{
  Evaluation *self = user_data;
  PosternOidcDecision *last = NULL;

  g_ptr_array_set_size (self->decisions, 0);
  for (gsize i = 0; i < count_evaluations (self) && !(last && stops (self, last)); i++) {
    g_autoptr (GVariant) own = dup_evaluation (self, i);
    g_auto (Asked) asked = { NULL };

    last = g_new0 (PosternOidcDecision, 1);
    g_ptr_array_add (self->decisions, last);
    if (!asked_read (&asked, own, self->body, error) || !postern_oidc_decide (self->client, self->book, txn, &asked.question, last, error))
      return FALSE;
  }
  return TRUE;
}

/* --- reading the request --- */

static gboolean
read_body (PosternRequest *request, Evaluation *self, GError **error)
{
  const char *type = postern_request_get_header (request, "Content-Type");
  GBytes *bytes = postern_request_get_body (request);

  if (!type || g_ascii_strncasecmp (type, "application/json", 16) != 0 || !bytes)
    return refuse (error, "Send application/json");
  self->body = postern_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), MAX_BODY, NULL);
  return self->body ? TRUE : refuse (error, "The body is no JSON object that can be read");
}

static gboolean
read_semantic (Evaluation *self, GError **error)
{
  static const struct {
    const char *name, *stop;
  } semantics[] = { { "execute_all", NULL }, { "deny_on_first_deny", "deny" }, { "permit_on_first_permit", "permit" } };
  g_autoptr (GVariant) options = NULL;
  const char *name = NULL;
  gboolean good = take_object (NULL, self->body, "options", &options) && read_optional_text (options, "evaluations_semantic", &name);

  for (guint i = 0; good && i < G_N_ELEMENTS (semantics); i++)
    if (g_str_equal (name ? name : "execute_all", semantics[i].name)) {
      self->stop = semantics[i].stop;
      return TRUE;
    }
  return refuse (error, "options.evaluations_semantic must be execute_all, deny_on_first_deny or permit_on_first_permit");
}

/* A list without anything in it is as if there were none (section 7.1). */
static gboolean
read_evaluations (Evaluation *self, GError **error)
{
  g_autoptr (GVariant) list = postern_json_get (self->body, "evaluations");

  if (list == NULL)
    return TRUE;
  if (!g_variant_is_of_type (list, G_VARIANT_TYPE ("av")) || g_variant_n_children (list) > MAX_EVALUATIONS)
    return refuse (error, "evaluations must be an array of at most 50 objects");
  for (gsize i = 0; i < g_variant_n_children (list); i++) {
    g_autoptr (GVariant) box = g_variant_get_child_value (list, i);
    g_autoptr (GVariant) row = g_variant_get_variant (box);

    if (!g_variant_is_of_type (row, G_VARIANT_TYPE_VARDICT))
      return refuse (error, "evaluations must be an array of at most 50 objects");
  }
  if (g_variant_n_children (list) > 0)
    self->evaluations = g_steal_pointer (&list);
  return read_semantic (self, error);
}

/* --- answering --- */

static void
add_decision (GString *out, const PosternOidcDecision *decision)
{
  g_string_append_c (out, '{');
  postern_oidc_json_add_boolean (out, "decision", decision->allowed);
  if (decision->reason) {
    g_string_append (out, ",\"context\":{");
    postern_oidc_json_add_string (out, "reason", decision->reason);
    g_string_append_c (out, '}');
  }
  g_string_append_c (out, '}');
}

static PosternResponse *
answer_json (GString *out)
{
  g_autoptr (GBytes) body = g_string_free_to_bytes (out);
  PosternResponse *response = postern_response_new (200, "application/json", body);

  postern_response_set_header (response, "Cache-Control", "no-store");
  return response;
}

static PosternResponse *
answer_decisions (Evaluation *self)
{
  GString *out = g_string_new (NULL);

  if (!self->evaluations) {
    add_decision (out, self->decisions->pdata[0]);
    return answer_json (out);
  }
  g_string_append (out, "{\"evaluations\":[");
  for (guint i = 0; i < self->decisions->len; i++) {
    if (i)
      g_string_append_c (out, ',');
    add_decision (out, self->decisions->pdata[i]);
  }
  g_string_append (out, "]}");
  return answer_json (out);
}

static gboolean
run (PosternOidc *oidc, Evaluation *self, PosternRequest *request, gboolean many, GError **error)
{
  PosternTenant *tenant = postern_oidc_get_tenant (oidc);

  if (!read_body (request, self, error) || (many && !read_evaluations (self, error)))
    return FALSE;
  self->book = postern_permission_cache_dup_resources (postern_tenant_get_permissions (tenant), error);
  return self->book && postern_store_read (postern_tenant_get_store (tenant), POSTERN_KEEP_LASTING, evaluate, self, error);
}

static PosternResponse *
answer (PosternOidc *oidc, PosternRequest *request, gboolean many)
{
  g_auto (PosternOidcClientAuth) auth = { 0 };
  g_autoptr (GPtrArray) decisions = g_ptr_array_new_with_free_func (g_free);
  Evaluation self = { .decisions = decisions };
  g_autoptr (GError) error = NULL;
  PosternResponse *response;
  gboolean good = postern_oidc_client_auth_check_basic (oidc, request, &auth, &error);

  self.client = auth.client;
  good = good && run (oidc, &self, request, many, &error);
  response = good ? answer_decisions (&self) : postern_oidc_client_auth_refuse (TRUE, error);
  g_clear_pointer (&self.book, postern_resource_book_unref);
  g_clear_pointer (&self.body, g_variant_unref);
  g_clear_pointer (&self.evaluations, g_variant_unref);
  return response;
}

PosternResponse *
postern_oidc_evaluate_answer (PosternRequest *request, gpointer oidc)
{
  return answer (oidc, request, FALSE);
}

PosternResponse *
postern_oidc_evaluate_answer_many (PosternRequest *request, gpointer oidc)
{
  return answer (oidc, request, TRUE);
}

/* Section 9 */
PosternResponse *
postern_oidc_evaluate_answer_metadata (PosternRequest *request, gpointer oidc)
{
  static const struct {
    const char *name, *path;
  } members[] = { { "policy_decision_point", "" }, { "access_evaluation_endpoint", "/access/v1/evaluation" }, { "access_evaluations_endpoint", "/access/v1/evaluations" } };
  GString *out = g_string_new ("{");

  for (guint i = 0; i < G_N_ELEMENTS (members); i++) {
    g_autofree char *url = g_strconcat (postern_oidc_get_issuer (oidc), members[i].path, NULL);

    postern_oidc_json_add_string (out, members[i].name, url);
  }
  g_string_append_c (out, '}');
  return answer_json (out);
}
