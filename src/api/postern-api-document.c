/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-document.h"

#include "postern-build.h"
#include "postern-management-roles.h"

static GVariant *
describe_info (void)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&object, "title", "Postern management API");
  postern_json_object_add_string (&object, "version", POSTERN_VERSION);
  postern_json_object_add_string (&object, "description",
            "Everything that the system knows, as resources. Times are seconds since 1970 and absent for never. Lists page by `after` and `limit`. "
            "What is not done is answered with a problem (RFC 9457).");
  postern_json_object_add (&object, "license", postern_api_document_schema_pair ("name", "Apache-2.0"));
  return postern_json_object_end (&object);
}

static GVariant *
describe_servers (PosternApiDocument *self)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autofree char *url = g_strconcat (postern_tenant_get_issuer (self->api->tenant), "/api/v1", NULL);

  g_variant_builder_add_value (&list, postern_api_document_schema_pair ("url", url));
  return g_variant_builder_end (&list);
}

static GVariant *
describe_tags (PosternApiDocument *self)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (const PosternApiResource *const *resource = postern_api_get_resources (); *resource != NULL; resource++)
    {
      g_auto (PosternJsonObject) tag = POSTERN_JSON_OBJECT_INIT;

      if ((*resource)->description == NULL || !postern_api_row_is_for ((*resource)->rows, self->api->tenant)) /* it is part of another */
        continue;
      postern_json_object_add_string (&tag, "name", (*resource)->name);
      postern_json_object_add_string (&tag, "description", (*resource)->description);
      g_variant_builder_add_value (&list, postern_json_object_end (&tag));
    }
  return g_variant_builder_end (&list);
}

static const PosternApiMember fault_members[] = {
  { "pointer", POSTERN_API_STRING, 0, "JSON Pointer (RFC 6901) to what is wrong in the body." },
  { "parameter", POSTERN_API_STRING, 0, "The parameter of the query that is wrong." },
  { "code", POSTERN_API_STRING, POSTERN_API_ALWAYS, "A word for programs: unknown_member, missing, wrong_type …" },
  { "detail", POSTERN_API_STRING, POSTERN_API_ALWAYS, "What is wrong, for people." },
  { NULL },
};
static const PosternApiSchema fault_schema = { "ProblemError", fault_members };

static const PosternApiMember problem_members[] = {
  { "type", POSTERN_API_STRING, POSTERN_API_ALWAYS, "Which problem it is.", .format = "uri" },
  { "title", POSTERN_API_STRING, POSTERN_API_ALWAYS, "The same in words." },
  { "status", POSTERN_API_INTEGER, POSTERN_API_ALWAYS, "The HTTP status." },
  { "detail", POSTERN_API_STRING, 0, "What it is in this case." },
  { "instance", POSTERN_API_STRING, 0, "The request's id, which the log has too.", .format = "uri-reference" },
  { "errors", POSTERN_API_ARRAY, 0, "What is wrong, one by one.", .items = POSTERN_API_OBJECT, .schema = &fault_schema },
  { NULL },
};
static const PosternApiSchema problem_schema = { "Problem", problem_members, "Why a request was not done (RFC 9457)." };

/* What is no HTTP/1.1 is refused before anybody looks at its address, so also before it is known to be a program's. */
static GVariant *
describe_guard (PosternApiDocument *self)
{
  static const PosternApiMember members[] = {
    { "error", POSTERN_API_STRING, POSTERN_API_ALWAYS, "invalid_request" },
    { "error_description", POSTERN_API_STRING, POSTERN_API_ALWAYS, "What is wrong." },
    { NULL },
  };
  static const PosternApiSchema guard = { "NoRequest", members, "The request is no well-formed HTTP/1.1." };
  g_auto (PosternJsonObject) media = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&media, "schema", postern_api_document_schema_refer (self, &guard, POSTERN_API_FOR_ANSWERING));
  return postern_json_object_end (&media);
}

static GVariant *
describe_problem (PosternApiDocument *self, const PosternApiProblem *problem)
{
  g_auto (PosternJsonObject) content = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) media = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *words = g_strconcat (problem->title, ". ", problem->meaning, NULL);

  postern_json_object_add_string (&object, "description", words);
  postern_json_object_add (&media, "schema", postern_api_document_schema_refer (self, &problem_schema, POSTERN_API_FOR_ANSWERING));
  postern_json_object_add (&content, "application/problem+json", postern_json_object_end (&media));
  if (problem->status == 400)
    postern_json_object_add (&content, "application/json", describe_guard (self));
  postern_json_object_add (&object, "content", postern_json_object_end (&content));
  return postern_json_object_end (&object);
}

static GVariant *
describe_problems (PosternApiDocument *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  guint last = 0;

  for (const PosternApiProblem *problem = postern_api_problem_get_all (); problem->word != NULL; problem++)
    {
      g_autofree char *name = g_strdup_printf ("%u", problem->status);

      if (problem->status != last)
        postern_json_object_add (&object, name, describe_problem (self, problem));
      last = problem->status;
    }
  return postern_json_object_end (&object);
}

static GVariant *
describe_scopes (void)
{
  g_auto (PosternJsonObject) scopes = POSTERN_JSON_OBJECT_INIT;

  for (const PosternManagementPermission *row = postern_management_roles_get_permissions (); row->name != NULL; row++)
    postern_json_object_add_string (&scopes, row->name, row->description);
  return postern_json_object_end (&scopes);
}

/* An access token of ours for the API as its resource, by any grant. */
static GVariant *
describe_schemes (PosternApiDocument *self)
{
  const char *issuer = postern_tenant_get_issuer (self->api->tenant);
  g_autofree char *token_url = g_strconcat (issuer, "/oidc/token", NULL);
  g_auto (PosternJsonObject) schemes = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) scheme = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) flows = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) flow = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&flow, "tokenUrl", token_url);
  postern_json_object_add (&flow, "scopes", describe_scopes ());
  postern_json_object_add (&flows, "clientCredentials", postern_json_object_end (&flow));
  postern_json_object_add_string (&scheme, "type", "oauth2");
  postern_json_object_add (&scheme, "flows", postern_json_object_end (&flows));
  postern_json_object_add (&schemes, "bearer", postern_json_object_end (&scheme));
  return postern_json_object_end (&schemes);
}

static GVariant *
describe_components (PosternApiDocument *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  g_auto (PosternJsonObject) schemas = POSTERN_JSON_OBJECT_INIT;
  GVariant *problems = describe_problems (self); /* first: they refer to schemas */
  g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (self->schemas), (GCompareFunc) g_strcmp0);

  for (GList *name = names; name != NULL; name = name->next)
    postern_json_object_add (&schemas, name->data, g_hash_table_lookup (self->schemas, name->data));
  postern_json_object_add (&object, "schemas", postern_json_object_end (&schemas));
  postern_json_object_add (&object, "responses", problems);
  postern_json_object_add (&object, "parameters", postern_api_document_webhooks_describe_headers ());
  postern_json_object_add (&object, "securitySchemes", describe_schemes (self));
  return postern_json_object_end (&object);
}

static gboolean
show (PosternApiCall *call, PosternTxn *txn, GError **error)
{
  g_autoptr (GHashTable) schemas = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  PosternApiDocument self = { call->api, schemas };
  g_auto (PosternJsonObject) document = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_string (&document, "openapi", "3.1.0");
  postern_json_object_add (&document, "info", describe_info ());
  postern_json_object_add (&document, "servers", describe_servers (&self));
  postern_json_object_add (&document, "tags", describe_tags (&self));
  postern_json_object_add (&document, "paths", postern_api_document_paths_describe (&self));
  postern_json_object_add (&document, "webhooks", postern_api_document_webhooks_describe (&self));
  postern_json_object_add (&document, "components", describe_components (&self));
  return postern_api_call_set_result (call, 200, postern_json_object_end (&document));
}

static const PosternApiSchema schema = { "OpenApi", NULL, "An OpenAPI 3.1 document." };

static const PosternApiRow rows[] = {
  { POSTERN_API_SHOW, "/openapi.json", "getDocument", NULL, "This document", .answer = &schema, .work = show },
  { .path = NULL },
};

const PosternApiResource postern_api_document = { "Document", "What this API takes and answers.", rows };
