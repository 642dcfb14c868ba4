/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-factor-reset.h"
#include "postern-flow-code-fixture.h"
#include "postern-totp.h"

/* For tests of second factors: people who have an app, and what it shows. */

#define RULE(rule) "{\"second_factor\":\"" rule "\",\"guesses_per_account\":1000,\"guesses_per_address\":100000}"

/* --- somebody with an app ------------------------------------------------------------------------------------------------ */

typedef struct {
  char *id;
  const char *email;
  guint8 seed[POSTERN_TOTP_SEED_BYTES];
} Person;

static inline gboolean
put_seed (PosternTxn *txn, gpointer data, GError **error)
{
  Person *self = data;
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (self->id);
  credential->kind = g_strdup (POSTERN_TOTP_KIND);
  credential->value = postern_seal (house_store, "credentials", "value", credential->id, (const char *) self->seed, sizeof self->seed, error);
  return credential->value && postern_credential_store_put (txn, credential, error);
}

static inline Person
person_make (const char *email, gboolean with_app)
{
  Person self = { user_make_with_password (email, TRUE), email };

  for (guint i = 0; i < sizeof self.seed; i++)
    self.seed[i] = (guint8) g_random_int ();
  if (with_app)
    fixture_write (house_store, put_seed, &self);
  return self;
}

static inline void
person_clear (Person *self)
{
  g_clear_pointer (&self->id, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Person, person_clear)

static inline gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* A test that counts on one step lasts for less than what is left of it. */
static inline void
settle (void)
{
  gint64 left = POSTERN_TOTP_PERIOD - now () % POSTERN_TOTP_PERIOD;

  if (left < 8)
    g_usleep ((gulong) left * G_USEC_PER_SEC);
}

/* Of the step of now, and of steps before or after. */
static inline void
enter_code_of (Browser *browser, const Person *person, gint steps, const char *more)
{
  g_autofree char *body = g_strdup_printf ("action=continue&code=%06u%s", postern_totp_compute (person->seed, sizeof person->seed, now () + steps * 30), more ? more : "");

  browser_submit (browser, body);
}

/** A new browser, as far as name and password lead it. */
static inline Browser *
browser_with_password (const char *address, const char *email)
{
  Browser *browser = browser_new (address);

  browser_begin (browser, application_flow (APP_FIRST, 0));
  browser_sign_in (browser, email, PASSWORD);
  return browser;
}

static inline Browser *
browser_to_totp (const char *address, const char *email)
{
  Browser *browser = browser_with_password (address, email);

  assert_page (browser, "totp");
  return browser;
}

static inline void
browser_sign_in_again (Browser *browser, const char *email, const char *password)
{
  browser_begin (browser, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_LOGIN));
  browser_confirm (browser, email, password);
}

/* --- an administrator's reset ------------------------------------------------------------------------------------------------ */

typedef struct {
  const char *user_id;
  gint64 at, due_at;
} Reset;

static inline gboolean
reset_ask_in (PosternTxn *txn, gpointer data, GError **error)
{
  Reset *reset = data;
  g_autoptr (PosternPolicy) policy = postern_tenant_dup_policy (house_tenant);

  return postern_factor_reset_request (txn, policy, reset->user_id, reset->at, &reset->due_at, error);
}

/** An administrator asked at @at for @person's factors to be removed. Returns: when that is due */
static inline gint64
person_ask_for_reset (const Person *person, gint64 at)
{
  Reset reset = { person->id, at, 0 };

  fixture_write (house_store, reset_ask_in, &reset);
  return reset.due_at;
}

/* --- setting up -------------------------------------------------------------------------------------------------------------- */

/* What stands on the page `totp-set-up`, into @person's seed. */
static inline void
read_seed (Browser *browser, Person *person)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const char *secret = browser_model (browser, "secret");
  guint bits = 0, held = 0, count = 0;

  assert_page (browser, "totp-set-up");
  for (; *secret; secret++) {
    if (*secret == ' ')
      continue;
    held = held << 5 | (guint) (strchr (alphabet, *secret) - alphabet);
    bits += 5;
    if (bits >= 8)
      person->seed[count++] = (guint8) (held >> (bits -= 8));
  }
  g_assert_cmpuint (count, ==, POSTERN_TOTP_SEED_BYTES);
}

/** The first of the ten on the page `recovery-codes`. (transfer full) */
static inline char *
first_code (Browser *browser)
{
  g_autoptr (GVariant) codes = postern_json_get (postern_response_get_model (browser->last), "codes");
  g_autoptr (GVariant) box = NULL;
  g_autoptr (GVariant) code = NULL;

  assert_page (browser, "recovery-codes");
  g_assert_cmpuint (g_variant_n_children (codes), ==, 10);
  box = g_variant_get_child_value (codes, 0);
  code = g_variant_get_variant (box);
  return g_variant_dup_string (code, NULL);
}
