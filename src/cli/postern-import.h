/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * People of another identity server: a source gives the records of the file that it exported, a format makes of each what the
 * management API's import takes. Nothing is trusted: each record passes the strict JSON door, and what cannot be kept is said.
 */

/* --- postern-import-source.c ---------------------------------------------------------------------------------------- */

/** PosternImportSource: the records of one file, in their order. For one thread. */
typedef struct _PosternImportSource PosternImportSource;

/** PosternImportTurn: BAD is one record; what is BROKEN has no end that could be found, and nothing behind it is read. */
typedef enum { POSTERN_IMPORT_RECORD, POSTERN_IMPORT_BAD, POSTERN_IMPORT_BROKEN, POSTERN_IMPORT_END } PosternImportTurn;

/**
 * postern_import_source_open: @path is CSV with a line of names first (RFC 4180) where @table says so. Otherwise JSON: an array of
 * objects, an object with an array `users`, or objects one after another (JSON lines).
 */
PosternImportSource *postern_import_source_open (const char *path, gboolean table, GError **error);
void postern_import_source_free (PosternImportSource *self);
/** postern_import_source_next: @record: (out) (transfer full): a{sv}, of strings in a table; @error with BAD and BROKEN */
PosternImportTurn postern_import_source_next (PosternImportSource *self, GVariant **record, GError **error);
/** postern_import_source_get_position: how many records were given, bad ones too */
guint64 postern_import_source_get_position (PosternImportSource *self);
/** postern_import_source_dup_digest: (transfer full): SHA-256 of the whole file, in hex: what tells whether it is still the same */
char *postern_import_source_dup_digest (PosternImportSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternImportSource, postern_import_source_free)

/* --- postern-import-user.c ------------------------------------------------------------------------------------------ */

/** PosternImportOptions: what the export itself does not say. */
typedef struct {
  GHashTable *connectors; /* what the other server calls a provider → the connector's id here */
  const char *firebase_signer_key, *firebase_salt_separator; /* (nullable): base64 */
  guint firebase_rounds, firebase_memory_cost;
} PosternImportOptions;

/** PosternImportUser: what is made of one record. */
typedef struct {
  const PosternImportOptions *options;
  GVariantDict members, profile, data;
  GVariantBuilder identities; /* aa{sv} */
  guint n_identities;
  GPtrArray *notes; /* (element-type utf8): what was left out, and why */
} PosternImportUser;

void postern_import_user_init (PosternImportUser *self, const PosternImportOptions *options);
void postern_import_user_clear (PosternImportUser *self);
/** postern_import_user_end: (transfer full): a{sv}: a person as the API's import takes them; @self is empty afterwards, but for its notes */
GVariant *postern_import_user_end (PosternImportUser *self);
/* What is NULL, empty or of another type sets nothing. */
void postern_import_user_set (PosternImportUser *self, const char *member, const char *value);
void postern_import_user_set_boolean (PosternImportUser *self, const char *member, gboolean value);
void postern_import_user_set_time (PosternImportUser *self, const char *member, gint64 seconds);
/** postern_import_user_set_claim: of the profile */
void postern_import_user_set_claim (PosternImportUser *self, const char *claim, const char *value);
/** postern_import_user_set_data: @value: (nullable); floating is sunk */
void postern_import_user_set_data (PosternImportUser *self, const char *name, GVariant *value);
/** postern_import_user_copy: member @from of @record, a string, as the member or, with a '.' in front, as the claim @to */
typedef struct {
  const char *from, *to;
} PosternImportCopy;
void postern_import_user_copy (PosternImportUser *self, GVariant *record, const PosternImportCopy *copies, guint n_copies);
/** postern_import_user_add_identity: @provider as the other server calls it; noted where it leads to no connector */
void postern_import_user_add_identity (PosternImportUser *self, const char *provider, const char *subject);
/** postern_import_user_add_known_identity: @connector: its id there, and here where --connector says no other */
void postern_import_user_add_known_identity (PosternImportUser *self, const char *connector, const char *subject);
void postern_import_user_note (PosternImportUser *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/** postern_import_user_set_phc: "$@scheme$@parameters$@salt$@hash", both given in base64 of any kind; noted when they are none */
void postern_import_user_set_phc (PosternImportUser *self, const char *scheme, const char *parameters, const char *salt, const char *hash);
/** postern_import_user_dup_base64: (transfer full) (nullable): @text, in either alphabet and with or without padding, as PHC strings have it */
char *postern_import_user_dup_base64 (const char *text);

/* --- the formats, one file each ------------------------------------------------------------------------------------- */

typedef struct {
  const char *name; /* of --format */
  const char *help;
  gboolean table;
  void (*convert) (PosternImportUser *user, GVariant *record);
} PosternImportFormat;

extern const PosternImportFormat postern_import_csv, postern_import_auth0, postern_import_keycloak, postern_import_firebase, postern_import_logto,
    postern_import_okta, postern_import_postern;

/** postern_import_format_find: (nullable): by name */
const PosternImportFormat *postern_import_format_find (const char *name);
/** postern_import_format_get_all: ends with NULL */
const PosternImportFormat *const *postern_import_format_get_all (void);

G_END_DECLS
