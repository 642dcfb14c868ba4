/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-api-document.h"

#include "postern-audit-events.h"
#include "postern-webhook.h"

/* What is sent to webhooks, as `webhooks` of the document (OpenAPI 3.1 section 4.8.1): one a row of the table of events, and the test. */

static const PosternApiMember data_members[] = {
  { "id", POSTERN_API_STRING, POSTERN_API_ALWAYS, "The entry's id: webhook-id." },
  { "number", POSTERN_API_INTEGER, POSTERN_API_ALWAYS, "The entry's number in the audit log." },
  { "actor", POSTERN_API_STRING, 0, "Who did it." },
  { "target", POSTERN_API_STRING, 0, "To whom, or to what." },
  { "remote_address", POSTERN_API_STRING, 0, "From where." },
  { "request_id", POSTERN_API_STRING, 0, "In which request." },
  { "data", POSTERN_API_OBJECT, 0, "What else is told of it." },
  { "person", POSTERN_API_STRING, 0, "Whom `personal` is about." },
  { "personal", POSTERN_API_OBJECT, 0, "What of `before` and `after` is personal." },
  { NULL },
};
static const PosternApiSchema data_schema = { "WebhookEventData", data_members, "An entry of the audit log. What it does not have is absent." };

static const PosternApiMember event_members[] = {
  { "type", POSTERN_API_STRING, POSTERN_API_ALWAYS, "The event's name." },
  { "timestamp", POSTERN_API_STRING, POSTERN_API_ALWAYS, "When it happened.", .format = "date-time" },
  { "data", POSTERN_API_OBJECT, POSTERN_API_ALWAYS, "What happened.", .schema = &data_schema },
  { NULL },
};
static const PosternApiSchema event_schema = { "WebhookEvent", event_members, "What is sent to a webhook." };

static const PosternApiMember test_data_members[] = {
  { "webhook", POSTERN_API_STRING, POSTERN_API_ALWAYS, "The id of the webhook that is tried." },
  { NULL },
};
static const PosternApiSchema test_data_schema = { "WebhookTestData", test_data_members, "What a test tells." };

static const PosternApiMember test_members[] = {
  { "type", POSTERN_API_STRING, POSTERN_API_ALWAYS, "webhook.test" },
  { "timestamp", POSTERN_API_STRING, POSTERN_API_ALWAYS, "When it was sent.", .format = "date-time" },
  { "data", POSTERN_API_OBJECT, POSTERN_API_ALWAYS, "Which one is tried.", .schema = &test_data_schema },
  { NULL },
};
static const PosternApiSchema test_schema = { "WebhookTest", test_members, "What is sent to a webhook that somebody tries out." };

static const struct {
  const char *name, *header, *description;
} headers[] = {
  { "WebhookId", "webhook-id", "The event's id; the same however often it is sent." },
  { "WebhookTimestamp", "webhook-timestamp", "When it was sent this time, in seconds since 1970." },
  { "WebhookSignature", "webhook-signature", "v1, and base64 of HMAC-SHA-256 of ID.TIMESTAMP.BODY, as Standard Webhooks say; two of them, parted by a space, while a secret takes another's place." },
};

/* --- what is common --------------------------------------------------------------------------------------------------- */

GVariant *
postern_api_document_webhooks_describe_headers (void)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_auto (PosternJsonObject) header = POSTERN_JSON_OBJECT_INIT;

      postern_json_object_add_string (&header, "name", headers[i].header);
      postern_json_object_add_string (&header, "in", "header");
      postern_json_object_add_boolean (&header, "required", TRUE);
      postern_json_object_add_string (&header, "description", headers[i].description);
      postern_json_object_add (&header, "schema", postern_api_document_schema_pair ("type", "string"));
      postern_json_object_add (&object, headers[i].name, postern_json_object_end (&header));
    }
  return postern_json_object_end (&object);
}

static GVariant *
refer_to_headers (void)
{
  g_auto (GVariantBuilder) list = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *place = g_strconcat ("#/components/parameters/", headers[i].name, NULL);

      g_variant_builder_add_value (&list, postern_api_document_schema_pair ("$ref", place));
    }
  return g_variant_builder_end (&list);
}

static GVariant *
describe_answers (void)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&object, "2XX", postern_api_document_schema_pair ("description", "It has arrived; the next one follows."));
  postern_json_object_add (&object, "410", postern_api_document_schema_pair ("description", "Nothing is wanted here any more: the webhook is switched off."));
  postern_json_object_add (&object, "default", postern_api_document_schema_pair ("description", "It has not arrived, and is sent again; after 429 and 503 not before what Retry-After says."));
  return postern_json_object_end (&object);
}

/* --- one event -------------------------------------------------------------------------------------------------------- */

/* "sign-in.failed": onSignInFailed */
static char *
dup_operation (const char *event)
{
  GString *name = g_string_new ("on");
  gboolean begins = TRUE;

  for (const char *at = event; *at != '\0'; at++)
    {
      if (g_ascii_isalnum (*at))
        g_string_append_c (name, begins ? g_ascii_toupper (*at) : *at);
      begins = !g_ascii_isalnum (*at);
    }
  return g_string_free (name, FALSE);
}

static GVariant *
nest (const char *name, GVariant *value)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add (&object, name, value);
  return postern_json_object_end (&object);
}

/* @members: parted by spaces: what data.data may have, and nothing else. (nullable): as the schema that all share says */
static GVariant *
narrow (const char *event, const char *members)
{
  g_auto (PosternJsonObject) properties = POSTERN_JSON_OBJECT_INIT;
  g_auto (GStrv) names = members && *members ? g_strsplit (members, " ", -1) : NULL;

  postern_json_object_add (&properties, "type", postern_api_document_schema_pair ("const", event));
  if (names != NULL)
    {
      GVariant *known = nest ("propertyNames", nest ("enum", g_variant_new_strv ((const char *const *) names, -1)));

      postern_json_object_add (&properties, "data", nest ("properties", nest ("data", known)));
    }
  return nest ("properties", postern_json_object_end (&properties));
}

static GVariant *
describe_body (PosternApiDocument *self, const char *event, const char *members, const PosternApiSchema *schema)
{
  g_auto (PosternJsonObject) body = POSTERN_JSON_OBJECT_INIT;
  g_auto (GVariantBuilder) all = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));

  g_variant_builder_add_value (&all, postern_api_document_schema_refer (self, schema, POSTERN_API_FOR_ANSWERING));
  g_variant_builder_add_value (&all, narrow (event, members));
  postern_json_object_add_boolean (&body, "required", TRUE);
  postern_json_object_add (&body, "content", nest ("application/json", nest ("schema", nest ("allOf", g_variant_builder_end (&all)))));
  return postern_json_object_end (&body);
}

static GVariant *
describe_event (PosternApiDocument *self, const char *event, const char *when, const char *members, const PosternApiSchema *schema)
{
  g_auto (PosternJsonObject) operation = POSTERN_JSON_OBJECT_INIT;
  g_autofree char *name = dup_operation (event);
  const char *const tags[] = { "Webhooks", NULL };

  postern_json_object_add_string (&operation, "operationId", name);
  postern_json_object_add_string (&operation, "summary", when);
  postern_json_object_add (&operation, "tags", g_variant_new_strv (tags, -1));
  postern_json_object_add (&operation, "security", g_variant_new ("aa{sv}", NULL)); /* the signature is what says who it is */
  postern_json_object_add (&operation, "parameters", refer_to_headers ());
  postern_json_object_add (&operation, "requestBody", describe_body (self, event, members, schema));
  postern_json_object_add (&operation, "responses", describe_answers ());
  return nest ("post", postern_json_object_end (&operation));
}

GVariant *
postern_api_document_webhooks_describe (PosternApiDocument *self)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;
  guint n;
  const PosternAuditEvent *events = postern_audit_events_get (&n);

  for (guint i = 0; i < n; i++)
    postern_json_object_add (&object, events[i].name, describe_event (self, events[i].name, events[i].when, events[i].members, &event_schema));
  postern_json_object_add (&object, POSTERN_WEBHOOK_TEST, describe_event (self, POSTERN_WEBHOOK_TEST, "Somebody tries the webhook out.", NULL, &test_schema));
  return postern_json_object_end (&object);
}
