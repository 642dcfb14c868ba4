/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-flow-fixture.h"

/* For tests of codes: what was written to people, and a clock that can be moved on for one flow. */

#define NEW_PASSWORD "vier Laternen am alten Hafen"

typedef struct {
  const char *recipient, *template;
  const char *name; /* (nullable): a member that the newest must have */
  guint count;
  char *model; /* of the newest; (nullable) */
} Post;

static inline gboolean
post_read (PosternTxn *txn, gpointer data, GError **error)
{
  Post *post = data;
  g_autoptr (GPtrArray) entries = postern_outbox_store_list (txn, NULL, 1000, error);

  post->count = 0;
  g_clear_pointer (&post->model, g_free);
  for (guint i = 0; entries && i < entries->len; i++) {
    PosternOutboxEntry *entry = g_ptr_array_index (entries, i);

    if (!g_str_equal (entry->recipient, post->recipient) || (post->template && !g_str_equal (entry->template, post->template)))
      continue;
    post->count++;
    if (post->model)
      continue;
    post->model = postern_outbox_store_dup_model (house_store, entry, error);
    if (post->name && post->model && strstr (post->model, post->name) == NULL)
      g_clear_pointer (&post->model, g_free);
  }
  return entries != NULL;
}

/** How many messages of @template (nullable: any) went to @recipient; @model: (out) (transfer full) (nullable): of the newest. */
static inline guint
post_count (const char *recipient, const char *template, GVariant **model)
{
  Post post = { recipient, template };
  g_autoptr (GError) error = NULL;

  postern_store_read (house_store, POSTERN_KEEP_LASTING, post_read, &post, &error);
  g_assert_no_error (error);
  if (model)
    *model = post.model ? postern_json_parse_object (post.model, -1, 0, NULL) : NULL;
  g_free (post.model);
  return post.count;
}

/** What is under @name in the newest message to @recipient that has it; there must be one. (transfer full) */
static inline char *
post_get (const char *recipient, const char *name)
{
  g_autofree char *member = g_strdup_printf ("\"%s\":", name);
  Post post = { .recipient = recipient, .name = member };
  g_autoptr (GVariant) model = NULL;

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, post_read, &post, NULL));
  g_assert_nonnull (post.model);
  model = postern_json_parse_object (post.model, -1, 0, NULL);
  g_free (post.model);
  g_assert_nonnull (model);
  g_assert_nonnull (postern_json_get_string (model, name));
  return g_strdup (postern_json_get_string (model, name));
}

static inline gboolean
user_insert (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_user_store_insert (txn, data, error);
}

/** Somebody without a password. @email, @phone: each (nullable). Returns: (transfer full): the id */
static inline char *
user_make (const char *email, gboolean verified, const char *phone)
{
  g_autoptr (PosternUser) user = postern_user_new ();

  user->id = postern_id_new ("usr");
  user->email = g_strdup (email);
  user->email_verified = verified;
  user->phone = g_strdup (phone);
  user->phone_verified = phone != NULL;
  user->created_at = user->updated_at = g_get_real_time () / G_USEC_PER_SEC;
  fixture_write (house_store, user_insert, user);
  return g_strdup (user->id);
}

typedef struct {
  const char *id;
  PosternUser *user; /* (nullable) */
} UserFind;

static inline gboolean
user_find_in (PosternTxn *txn, gpointer data, GError **error)
{
  UserFind *it = data;

  g_clear_pointer (&it->user, postern_user_unref);
  it->user = postern_user_store_get (txn, it->id, NULL);
  return TRUE;
}

/** As kept now. (transfer full) (nullable) */
static inline PosternUser *
user_find (const char *id)
{
  UserFind it = { id, NULL };

  g_assert_true (postern_store_read (house_store, POSTERN_KEEP_LASTING, user_find_in, &it, NULL));
  return it.user;
}

/** The same, who must be there. (transfer full) */
static inline PosternUser *
user_read (const char *id)
{
  PosternUser *user = user_find (id);

  g_assert_nonnull (user);
  return user;
}

static inline gboolean
flow_move (PosternTxn *txn, gpointer data, GError **error)
{
  const char *id = data;
  g_autoptr (GBytes) bytes = postern_flow_store_get (txn, id, error);
  g_autoptr (PosternFlow) flow = bytes ? postern_flow_codec_read (bytes, error) : NULL;
  g_autoptr (GBytes) moved = NULL;

  if (flow == NULL)
    return FALSE;
  postern_pairs_set (flow->authenticator_state, "code-sent-at", "1");
  moved = postern_flow_codec_write (flow);
  return postern_flow_store_replace (txn, id, bytes, moved, flow->expires_at, error);
}

/** As if the pause between two codes were over. */
static inline void
browser_wait (Browser *self)
{
  g_autoptr (GError) error = NULL;

  postern_store_write (house_store, POSTERN_KEEP_SHORT, flow_move, self->flow + strlen ("/sign-in/"), &error);
  g_assert_no_error (error);
}

/** To the page `code` of @application_id, by the button of @action on the password page. */
static inline void
browser_ask_for (Browser *self, const char *application_id, const char *identifier, const char *action)
{
  g_autofree char *who = g_uri_escape_string (identifier, NULL, FALSE);
  g_autofree char *body = g_strdup_printf ("action=continue&identifier=%s", who);

  browser_begin_anew (self, application_flow (application_id, 0));
  browser_submit (self, body);
  assert_page (self, "password");
  browser_submit (self, action);
  assert_page (self, "code");
}

static inline void
browser_ask_code (Browser *self, const char *identifier)
{
  browser_ask_for (self, APP_FIRST, identifier, "action=factor:code");
}

/** To the page `code` after the page `sign-up`. */
static inline void
browser_sign_up_to_code (Browser *self, const char *email, const char *password)
{
  g_autofree char *body = g_strdup_printf ("action=continue&identifier=%s&name=Somebody&password=%s", email, password);

  browser_begin (self, application_flow (APP_FIRST, POSTERN_FLOW_PROMPT_CREATE));
  assert_page (self, "sign-up");
  browser_submit (self, body);
  assert_page (self, "code");
}

static inline void
browser_enter_code (Browser *self, const char *code)
{
  g_autofree char *body = g_strdup_printf ("action=continue&code=%s", code);

  browser_submit (self, body);
}

/** The newest code that was sent to @recipient. */
static inline void
browser_enter_newest (Browser *self, const char *recipient)
{
  g_autofree char *code = post_get (recipient, "code");

  browser_enter_code (self, code);
}

/** Presses the button of the page behind @link. */
static inline void
browser_enter_link (Browser *self, const char *link)
{
  g_autofree char *body = g_strdup_printf ("action=continue&link=%s", link + strlen (ISSUER "/code/"));

  browser_submit (self, body);
}

/** To the page `new-password`, as whoever reads @email. */
static inline void
browser_prove_recovery (Browser *self, const char *application_id, const char *email)
{
  browser_ask_for (self, application_id, email, "action=recover");
  browser_enter_newest (self, email);
  assert_page (self, "new-password");
}

static inline void
browser_recover (Browser *self, const char *email)
{
  browser_prove_recovery (self, APP_FIRST, email);
  browser_submit (self, "action=continue&password=" NEW_PASSWORD);
  assert_answer (self, "amr=otp&acr=1");
}

static inline gboolean
credential_put (PosternTxn *txn, gpointer data, GError **error)
{
  return postern_credential_store_put (txn, data, error);
}

/** Somebody with a password, which was put there without any proof. Returns: (transfer full): the id */
static inline char *
user_make_with_password (const char *email, gboolean verified)
{
  g_autofree char *id = user_make (email, verified, NULL);
  PosternInstance *factor = postern_registry_get_instance (house_registry, "password");
  g_autoptr (GError) error = NULL;
  g_autoptr (PosternCredential) credential = postern_credential_new ();

  credential->id = postern_id_new ("crd");
  credential->user_id = g_strdup (id);
  credential->kind = g_strdup ("password");
  credential->value = postern_factor_make_value (POSTERN_FACTOR (factor), PASSWORD, email, NULL, &error);
  g_assert_no_error (error);
  credential->created_at = credential->updated_at = 1;
  fixture_write (house_store, credential_put, credential);
  return g_steal_pointer (&id);
}
