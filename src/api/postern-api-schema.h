/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Private to this room: what a JSON object may hold, as constant tables. They check what is sent and make the OpenAPI document. */

typedef enum {
  POSTERN_API_STRING,
  POSTERN_API_INTEGER,
  POSTERN_API_BOOLEAN,
  POSTERN_API_TIME,   /* an integer: seconds since 1970 */
  POSTERN_API_OBJECT, /* of `schema`; without one: any */
  POSTERN_API_ARRAY,  /* of `items`, objects of `schema` */
  POSTERN_API_ANY
} PosternApiType;

typedef enum {
  POSTERN_API_REQUIRED = 1 << 0,   /* must be sent, except where a part is changed (PATCH) */
  POSTERN_API_NULLABLE = 1 << 1,   /* null may be sent, and clears */
  POSTERN_API_ALWAYS = 1 << 2,     /* is in each answer */
  POSTERN_API_READ_ONLY = 1 << 3,  /* is answered, and cannot be sent */
  POSTERN_API_WRITE_ONLY = 1 << 4, /* can be sent, and is never answered */
  POSTERN_API_SECRET = 1 << 5,     /* its value is in no log */
  POSTERN_API_ID = 1 << 6,         /* what the resource is called in its path */
  POSTERN_API_RUNNING = 1 << 7,    /* changes by itself, such as a count: who changes the rest need not have seen it, so the ETag leaves it out */
  POSTERN_API_PERSONAL = 1 << 8,   /* says who somebody is: in the log it is what is forgotten with them; of a query it is not there at all */
  POSTERN_API_ASKED = 1 << 9       /* is answered to who asks for it alone; another member says whether it changed, so the ETag leaves it out */
} PosternApiFlags;

/* Of what the server makes itself, and has always. */
#define POSTERN_API_OWN (POSTERN_API_READ_ONLY | POSTERN_API_ALWAYS)

typedef struct _PosternApiSchema PosternApiSchema;

/** PosternApiMember: a member of an object, or a parameter of the query. Tables end with a row whose name is NULL. */
typedef struct {
  const char *name;
  PosternApiType type;
  guint flags;
  const char *description; /* one sentence */
  gint64 min, max;         /* characters, items, or the number itself; both 0: any */
  const char *const *choices; /* (nullable) */
  const char *pattern;     /* (nullable): anchored, and the same to ECMA 262 and PCRE */
  const char *format;      /* (nullable): tells readers more, and is not checked by the table: "email", "uri" … */
  const PosternApiSchema *schema; /* (nullable) */
  PosternApiType items;
  const char *since;       /* (nullable): the version that brought it */
} PosternApiMember;

/** PosternApiSchema: @name: in the document, unique: "User"; @members: (nullable): any */
struct _PosternApiSchema {
  const char *name;
  const PosternApiMember *members;
  const char *description; /* (nullable) */
};

/* What an object is for: the same table describes what makes a resource, what changes it and what shows it. */
typedef enum { POSTERN_API_FOR_MAKING, POSTERN_API_FOR_CHANGING, POSTERN_API_FOR_ANSWERING } PosternApiPurpose;
/** postern_api_schema_get_items_purpose: what items of an array are checked for: whoever changes an array sends all of it. */
PosternApiPurpose postern_api_schema_get_items_purpose (PosternApiPurpose purpose);

/** PosternApiFault: what is wrong with one member. */
typedef struct {
  char *pointer;    /* (nullable): JSON Pointer (RFC 6901) into the body */
  char *parameter;  /* (nullable): of the query, where it is not the body */
  const char *code; /* one of postern-api-problem.h */
  char *detail;
} PosternApiFault;

#define POSTERN_API_FAULTS_MAX 20 /* that are told at once */

GPtrArray *postern_api_schema_new_faults (void); /* (element-type PosternApiFault) */
/** postern_api_schema_add_fault: @pointer, @parameter: one of them (nullable); copied */
void postern_api_schema_add_fault (GPtrArray *faults, const char *pointer, const char *parameter, const char *code, const char *detail);

/** postern_api_schema_is_there: whether @member is sent, or answered, for @purpose */
gboolean postern_api_schema_is_there (const PosternApiMember *member, PosternApiPurpose purpose);
/** postern_api_schema_find: (nullable): the member of that name, where it is there for @purpose */
const PosternApiMember *postern_api_schema_find (const PosternApiMember *members, PosternApiPurpose purpose, const char *name);
/** postern_api_schema_check: adds to @faults what is wrong with @object, an a{sv}; TRUE when nothing is. */
gboolean postern_api_schema_check (const PosternApiSchema *self, PosternApiPurpose purpose, GVariant *object, GPtrArray *faults);
/** postern_api_schema_read_query: reads @query (nullable), still encoded, into an a{sv} of the types of @members; NULL with @faults. */
GVariant *postern_api_schema_read_query (const PosternApiMember *const *tables, const char *query, GPtrArray *faults);

G_END_DECLS
