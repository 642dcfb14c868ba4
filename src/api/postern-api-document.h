/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-api-call.h"

G_BEGIN_DECLS

/*
 * Private to this room: the OpenAPI 3.1 document, made of the route table, and of that of the events for `webhooks`. A schema stands in it as it is
 * answered ("User") and, where it can be sent, as it is sent: whole ("UserToMake") or in part ("UserToChange"). The document itself,
 * and what is common to all operations, is made in postern-api-document.c.
 */

typedef struct {
  PosternApi *api;
  GHashTable *schemas; /* name → GVariant a{sv}: those that were referred to */
} PosternApiDocument;

/* postern-api-document-schema.c */

/** postern_api_document_schema_pair: {@name: @value}. (transfer floating) */
GVariant *postern_api_document_schema_pair (const char *name, const char *value);
/** postern_api_document_schema_refer: "$ref" to @schema, which is described where it was not. (transfer floating) */
GVariant *postern_api_document_schema_refer (PosternApiDocument *self, const PosternApiSchema *schema, PosternApiPurpose purpose);
/** postern_api_document_schema_describe: (transfer floating): the schema of @member alone */
GVariant *postern_api_document_schema_describe (PosternApiDocument *self, const PosternApiMember *member, PosternApiPurpose purpose);

/* postern-api-document-paths.c */

/** postern_api_document_paths_describe: (transfer floating): each path with its operations, their parameters, bodies and answers */
GVariant *postern_api_document_paths_describe (PosternApiDocument *self);

/* postern-api-document-webhooks.c */

/** postern_api_document_webhooks_describe: (transfer floating): each event, as it is sent to a webhook */
GVariant *postern_api_document_webhooks_describe (PosternApiDocument *self);
/** postern_api_document_webhooks_describe_headers: (transfer floating): what all of them refer to, as `parameters` of the components */
GVariant *postern_api_document_webhooks_describe_headers (void);

G_END_DECLS
