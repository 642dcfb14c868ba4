/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-factor-passkey.h"
#include "postern-flow-code-fixture.h"
#include "postern-jwk.h"
#include "postern-passkey-maker.h"

/* For tests of sign-ins by passkey: the house, people who have one, and what the page's script sends. */

static char *logged; /* the last that the house told an operator */

static inline void
log_keep (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  postern_flow_set_string (&logged, message);
}

static inline void
assert_logged (const char *end)
{
  g_assert_nonnull (logged);
  if (!g_str_has_suffix (logged, end))
    g_error ("expected %s in %s", end, logged);
}

static inline void
passkey_begin (GVariant *settings)
{
  house_begin (TRUE);
  g_log_set_handler (NULL, G_LOG_LEVEL_MESSAGE, log_keep, NULL);
  house_adopt (POSTERN_TYPE_FACTOR_PASSKEY, "passkey", "Passkey", settings);
}

static inline int
passkey_end (int status)
{
  house_end ();
  g_clear_pointer (&logged, g_free);
  return status;
}

/* Somebody with a password and a passkey, and the authenticator that has it. */
typedef struct {
  char *id, *credential;
  const char *email;
  PosternPasskeyMaker *maker;
} Owner;

static inline void
owner_clear (Owner *self)
{
  g_free (self->id);
  g_free (self->credential);
  postern_passkey_maker_free (self->maker);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Owner, owner_clear)

static inline gboolean
put_passkey (PosternTxn *txn, gpointer data, GError **error)
{
  Owner *self = data;
  g_autoptr (PosternCredential) credential = postern_credential_new ();
  g_autoptr (GByteArray) key = postern_passkey_maker_dup_key (self->maker);
  g_autofree char *text = postern_base64url_encode (key->data, key->len);

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (self->id);
  credential->kind = g_strdup (POSTERN_PASSKEY_KIND);
  credential->value = g_strdup (self->credential);
  credential->data = g_variant_ref_sink (g_variant_new_parsed ("{'key': <%s>, 'counter': <@x 0>, 'backup_eligible': <false>, 'backed_up': <false>}", text));
  credential->created_at = credential->updated_at = 1;
  return postern_credential_store_put (txn, credential, error);
}

/* Somebody with a password alone, and an authenticator that is new here. */
static inline Owner
owner_make_without (const char *email)
{
  Owner self = { user_make_with_password (email, TRUE), postern_id_new ("pk"), email, postern_passkey_maker_new (FALSE) };

  self.maker->rp_id = "id.example";
  self.maker->origin = ISSUER;
  return self;
}

static inline Owner
owner_make (const char *email)
{
  Owner self = owner_make_without (email);

  fixture_write (house_store, put_passkey, &self);
  return self;
}

static inline void
add_bytes (GString *form, const char *name, const guint8 *bytes, gsize length)
{
  g_autofree char *text = postern_base64url_encode (bytes, length);

  g_string_append_printf (form, "&%s=%s", name, text);
}

/** What the script sends as the answer to what the page asks. (transfer full) */
static inline char *
owner_answer (Owner *self, Browser *browser, const char *action)
{
  g_autofree char *challenge = g_strdup (browser_model (browser, "passkey_challenge"));
  GString *form = g_string_new (NULL);

  g_assert_nonnull (challenge);
  self->maker->challenge = challenge;
  self->maker->counter++;
  postern_passkey_maker_answer (self->maker);
  self->maker->challenge = NULL;
  g_string_printf (form, "action=%s&credential=%s", action, self->credential);
  add_bytes (form, "client_data", self->maker->client->data, self->maker->client->len);
  add_bytes (form, "auth_data", self->maker->auth_data->data, self->maker->auth_data->len);
  add_bytes (form, "signature", self->maker->signature->data, self->maker->signature->len);
  add_bytes (form, "user_handle", (const guint8 *) self->id, strlen (self->id));
  return g_string_free (form, FALSE);
}

/** What the script sends as the passkey that the page asked for. (transfer full) */
static inline char *
owner_create (Owner *self, Browser *browser)
{
  g_autofree char *challenge = g_strdup (browser_model (browser, "passkey_challenge"));
  GString *form = g_string_new ("action=continue");

  assert_page (browser, "passkey-set-up");
  self->maker->challenge = challenge;
  postern_passkey_maker_make (self->maker, "none", "");
  self->maker->challenge = NULL;
  add_bytes (form, "client_data", self->maker->client->data, self->maker->client->len);
  add_bytes (form, "attestation", self->maker->object->data, self->maker->object->len);
  return g_string_free (form, FALSE);
}

static inline Browser *
browser_at_start_from (const char *address)
{
  Browser *browser = browser_new (address);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  assert_page (browser, "identifier");
  return browser;
}

static inline Browser *
browser_at_start (void)
{
  return browser_at_start_from ("192.0.2.1");
}
