/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * What is set up, as a folder of files: one file a thing, JSON with sorted members. One table (postern-files-kind.c) says of each kind its
 * folder, the member that is its own key, and where the management API has it. Things name each other by own key, so that a folder of one
 * server fits another. No file holds a secret.
 */

typedef enum {
  POSTERN_FILES_STRING,
  POSTERN_FILES_BYTES, /* in base64: a line tells how many, and their hash */
  POSTERN_FILES_SHEET, /* a style sheet, as the server understands it: however it is written, the same rules are the same */
  POSTERN_FILES_BOOLEAN,
  POSTERN_FILES_INTEGER,
  POSTERN_FILES_OBJECT,
  POSTERN_FILES_ARRAY,
  POSTERN_FILES_STRINGS, /* an array of strings, in an order of no meaning: kept sorted */
  POSTERN_FILES_SCOPES,  /* an object: indicator → POSTERN_FILES_STRINGS */
  POSTERN_FILES_ROLES,     /* POSTERN_FILES_STRINGS: names of roles of the tenant; all three are `roles` to the API, which has ids */
  POSTERN_FILES_TEMPLATES, /* … of roles that every organization may use */
  POSTERN_FILES_OWN_ROLES  /* … of the organization's own */
} PosternFilesType;

#define POSTERN_FILES_NOTHING "" /* a fallback: what is not said is not there */

/** PosternFilesMember: @fallback: JSON; what a file that does not say it means; "null": it is not looked at; NULL: it must say it */
typedef struct {
  const char *name;
  PosternFilesType type;
  const char *fallback;
} PosternFilesMember;

typedef struct {
  const char *noun;      /* what lines call it */
  const char *folder;    /* (nullable): NULL: there is one, in NOUN.json */
  const char *path;      /* below /api/v1; up to its last {} it is the path of what it belongs to */
  const char *key;       /* (nullable): the member that is its own key; NULL: there is one, or one of each that it belongs to */
  const char *id;        /* (nullable): the member of the API's answer that its path has */
  const char *id_prefix; /* (nullable): of the id of a new one; NULL: its key is its id */
  const char *own_id;    /* (nullable): its key is an id, with this in front, which its maker chooses */
  const char *role_kind; /* (nullable): which roles */
  const PosternFilesMember *members; /* (nullable): any; ends with a row whose name is NULL */
  const char *parent;    /* (nullable): the noun of what it belongs to */
  const char *belongs;   /* with a parent: the member of the file that has the parent's key */
  const char *list;      /* (nullable): where it is listed, where that is not its path */
  gboolean alone;        /* only what is shown alone is whole; lists leave something out */
  const char *query;     /* (nullable): with which what is shown is whole: "?logo=true" */
  gboolean people;       /* says who somebody is, and is looked at only in a folder that is to have people, too */
  gboolean always;       /* all that it belongs to have one: one of which nothing is said has no file, and to delete it is to say nothing */
} PosternFilesKind;

/** postern_files_kinds: in the order in which they are made; ends with a row whose noun is NULL */
extern const PosternFilesKind postern_files_kinds[];

/**
 * PosternFilesThing: @object: as its file has it, every member said; @id, @path, @shown: (nullable): of the server: what names it, where it is below
 * /api/v1, percent-encoded, and what it answered
 */
typedef struct {
  const PosternFilesKind *kind;
  char *key; /* what there is one of: ""; with a parent: its key, and behind a slash its own */
  GVariant *object;
  char *id;
  char *path;
  GVariant *shown;
} PosternFilesThing;

/** PosternFilesNames: what ids of one server are in files, and back */
typedef struct {
  GHashTable *indicators, *ids;     /* id of a resource → its indicator; back */
  GHashTable *role_names, *role_ids; /* id of a role → where it is from ("tenant", "organization", or the id of one), a space, and its name; back */
} PosternFilesNames;

/* --- postern-files-thing.c --- */

void postern_files_thing_free (PosternFilesThing *self);
GPtrArray *postern_files_thing_new_list (void); /* (element-type PosternFilesThing) */
/** postern_files_thing_sort: by kind, then by key */
void postern_files_thing_sort (GPtrArray *things);
/** postern_files_thing_is_blank: whether there always is one, and nothing is said of it */
gboolean postern_files_thing_is_blank (const PosternFilesThing *self);
/** postern_files_thing_find: in @things, which are sorted. (nullable) (transfer none) */
PosternFilesThing *postern_files_thing_find (GPtrArray *things, const PosternFilesKind *kind, const char *key);

/* --- postern-files-names.c --- */

void postern_files_names_init (PosternFilesNames *self);
void postern_files_names_clear (PosternFilesNames *self);
/** postern_files_names_note: of a resource or a role as the API has it, or as a file does with @id of its own; others do nothing. @owner: (nullable): the organization whose own a role is */
void postern_files_names_note (PosternFilesNames *self, const PosternFilesKind *kind, GVariant *object, const char *id, const char *owner);
/** postern_files_names_forget: what is to be deleted is nothing that others may name */
void postern_files_names_forget (PosternFilesNames *self, const PosternFilesThing *thing);

/* --- postern-files-kind.c --- */

/** postern_files_kind_get_parent: (nullable): the kind of what it belongs to */
const PosternFilesKind *postern_files_kind_get_parent (const PosternFilesKind *self);
/** postern_files_kind_dup_key: (transfer full): of @object as a file has it */
char *postern_files_kind_dup_key (const PosternFilesKind *self, GVariant *object);
/** postern_files_kind_dup_path: (transfer full): below /api/v1, percent-encoded; @parent_path: (nullable): that of what it belongs to; @id: (nullable) */
char *postern_files_kind_dup_path (const PosternFilesKind *self, const char *parent_path, const char *id);
/** postern_files_kind_check: (transfer full) (nullable): what a file says, with what it need not say; INVALID_REQUEST names the member */
GVariant *postern_files_kind_check (const PosternFilesKind *self, GVariant *object, GError **error);
/** postern_files_kind_takes: whether the API's @shown is of this kind, and set up by who runs the server and not made by it, nor kept elsewhere */
gboolean postern_files_kind_takes (const PosternFilesKind *self, GVariant *shown);
/** postern_files_kind_read: (transfer full): the API's @shown as a file has it. @parent_key: (nullable): of what it belongs to */
GVariant *postern_files_kind_read (const PosternFilesKind *self, GVariant *shown, const char *parent_key, const PosternFilesNames *names);
/** postern_files_kind_make_body: (transfer full): what the API is sent. NULL with INVALID_REQUEST: it names a resource or role that there is not */
GVariant *postern_files_kind_make_body (const PosternFilesKind *self, GVariant *object, const PosternFilesNames *names, GError **error);
/** postern_files_kind_dup_name: (transfer full): "applications/app_….json" */
char *postern_files_kind_dup_name (const PosternFilesKind *self, const char *key);

/* --- postern-files-text.c --- */

/** postern_files_text_print: (transfer full): JSON for people: sorted members, a line each, an end of line behind the last */
char *postern_files_text_print (GVariant *value);
/** postern_files_text_is_equal: whether they are the same JSON; both (nullable) */
gboolean postern_files_text_is_equal (GVariant *a, GVariant *b);

/* --- postern-files-folder.c --- */

/** postern_files_folder_read: (transfer full) (nullable): all of it vetted, else INVALID_REQUEST with every fault, a line each. @people: (out): whether it has people, too */
GPtrArray *postern_files_folder_read (const char *path, gboolean *people, GError **error);
/** postern_files_folder_write: @things, and nothing else: refuses a folder that has other files and is not one of ours. Counts what it wrote and removed. */
gboolean postern_files_folder_write (const char *path, GPtrArray *things, gboolean people, guint *n_written, guint *n_removed, GError **error);

/* --- postern-files-difference.c --- */

typedef enum { POSTERN_FILES_NEW, POSTERN_FILES_CHANGED, POSTERN_FILES_DELETED, POSTERN_FILES_KEPT } PosternFilesChange;

/** PosternFilesDifference: of one member: @member: (nullable): "metadata.redirect_uris"; NULL: the whole thing is deleted or kept. @from, @to: (nullable): it is not there */
typedef struct {
  PosternFilesChange change;
  PosternFilesThing *thing; /* borrowed */
  char *member;
  GVariant *from, *to;
} PosternFilesDifference;

void postern_files_difference_free (PosternFilesDifference *self);
/** postern_files_difference_add: to @list what is different in @to; @from: (nullable): it is new. Returns: whether there is anything */
gboolean postern_files_difference_add (GPtrArray *list, PosternFilesThing *from, PosternFilesThing *to);
/** postern_files_difference_add_whole: @thing is only on the server */
void postern_files_difference_add_whole (GPtrArray *list, PosternFilesThing *thing, gboolean deleted);
/** postern_files_difference_print: (transfer full): a line, without its end */
char *postern_files_difference_print (const PosternFilesDifference *self);
/** postern_files_difference_to_json: (transfer floating) */
GVariant *postern_files_difference_to_json (const PosternFilesDifference *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternFilesThing, postern_files_thing_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PosternFilesNames, postern_files_names_clear)

G_END_DECLS
