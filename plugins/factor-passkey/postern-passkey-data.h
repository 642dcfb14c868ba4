/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-passkey-key.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define POSTERN_PASSKEY_HASH 32
#define POSTERN_PASSKEY_AAGUID 16
#define POSTERN_PASSKEY_ID_MAX 1023

enum { /* flags of authenticator data */
  POSTERN_PASSKEY_FLAG_UP = 1 << 0, /* somebody was there */
  POSTERN_PASSKEY_FLAG_UV = 1 << 2, /* and it was the owner: a finger, a face, a PIN */
  POSTERN_PASSKEY_FLAG_BE = 1 << 3, /* may be copied to other devices */
  POSTERN_PASSKEY_FLAG_BS = 1 << 4, /* and was */
  POSTERN_PASSKEY_FLAG_AT = 1 << 6,
  POSTERN_PASSKEY_FLAG_ED = 1 << 7
};

/** PosternPasskeyData: authenticator data (Web Authentication Level 3, section 6.1). It points into what was read. */
typedef struct {
  PosternPasskeyBytes rp_hash;
  guint8 flags;
  guint32 counter;
  PosternPasskeyBytes aaguid, credential_id, key; /* with FLAG_AT; key: as it is encoded */
} PosternPasskeyData;

/** postern_passkey_data_read: sizes, flags that belong together, one canonical map as key and as extensions, and nothing behind them. */
gboolean postern_passkey_data_read (PosternPasskeyData *self, PosternPasskeyBytes bytes);

typedef struct _PosternPasskeyTrust PosternPasskeyTrust; /* postern-passkey-trust.h */

/** PosternPasskeyExpected: what a response must be the answer to. */
typedef struct {
  const char *type;      /* "webauthn.create" or "webauthn.get" */
  const char *challenge; /* base64url */
  const char *rp_id;
  const char *const *origins;
  const char *const *top_origins; /* (nullable): of pages that may show ours in a frame; none unless named */
  gboolean verified;     /* FLAG_UV is required */
  const PosternPasskeyTrust *trust; /* (nullable): of a registration: whose authenticators are taken; any */
  gboolean unattended;              /* FLAG_UP is not required: of a registration that the browser made by itself */
} PosternPasskeyExpected;

/** postern_passkey_data_check_client: client data as JSON (section 5.8.1): type, challenge, origin, crossOrigin and topOrigin. */
gboolean postern_passkey_data_check_client (PosternPasskeyBytes json, const PosternPasskeyExpected *expected, GError **error);
/** postern_passkey_data_check: whose it is for, and its flags. */
gboolean postern_passkey_data_check (const PosternPasskeyData *self, const PosternPasskeyExpected *expected, GError **error);
/** postern_passkey_data_refuse: FALSE, with CREDENTIALS and which check it was: for the log, never for the person. */
gboolean postern_passkey_data_refuse (GError **error, const char *check);

G_END_DECLS
