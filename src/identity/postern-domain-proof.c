/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-domain-proof.h"

#include "postern-error.h"
#include "postern-identifier.h"

#define LABEL "_postern-challenge."
#define WINDOW 600 /* seconds */

/* Where anybody can have an address: nobody can prove one, and a slip in whose DNS it is should not make all of them members. */
static const char *const public_domains[] = {
  "126.com", "163.com", "aol.com", "daum.net", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hanmail.net", "hotmail.com",
  "icloud.com", "laposte.net", "libero.it", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr", "outlook.com",
  "proton.me", "protonmail.com", "qq.com", "t-online.de", "tutanota.com", "web.de", "yahoo.com", "yandex.ru", "ymail.com", "zoho.com", NULL,
};

PosternDomain *
postern_domain_proof_make (const char *organization_id, const char *typed, gint64 now, GError **error)
{
  g_autoptr (PosternDomain) self = postern_domain_new ();

  self->id = postern_id_new ("dom");
  self->organization_id = g_strdup (organization_id);
  self->domain = postern_identifier_canonicalize_domain (typed);
  self->token = postern_secret_new ();
  self->created_at = now;
  if (self->domain != NULL && !g_strv_contains (public_domains, self->domain))
    return g_steal_pointer (&self);
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_INVALID_REQUEST,
                       self->domain ? "domain: anybody can have an address there, so that it is no organization's" : "domain: must be the name of a domain, such as example.org");
  return NULL;
}

char *
postern_domain_proof_dup_name (const PosternDomain *self)
{
  g_autofree char *ascii = g_hostname_to_ascii (self->domain); /* as the DNS knows it (RFC 5890 section 2.3.2.1); it was made from that */

  return g_strconcat (LABEL, ascii ? ascii : self->domain, NULL);
}

typedef struct {
  const char *organization_id;
  gint64 now, count, resets_at;
} Take;

static gboolean
count (PosternTxn *txn, gpointer user_data, GError **error)
{
  Take *self = user_data;
  g_autofree char *key = g_strconcat ("domain-proof:", self->organization_id, NULL);

  return postern_counter_store_add (txn, key, 1, WINDOW, self->now, &self->count, &self->resets_at, error);
}

gboolean
postern_domain_proof_take (PosternStore *store, const char *organization_id, gint64 now, guint *retry_after, GError **error)
{
  Take self = { organization_id, now };

  if (!postern_store_write (store, POSTERN_KEEP_SHORT, count, &self, error))
    return FALSE;
  if (self.count <= POSTERN_DOMAIN_PROOF_LOOKS)
    return TRUE;
  *retry_after = (guint) MAX (1, self.resets_at - now);
  g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_TOO_MANY_REQUESTS, "the DNS was asked too often for this organization; try again in %u seconds", *retry_after);
  return FALSE;
}

/* --- asking, in a context of our own: so that whoever handles the request can wait no longer than is said ---------- */

typedef struct {
  GMainLoop *loop;
  GCancellable *cancellable;
  GList *records; /* (element-type GVariant) */
  GError *error;
} Ask;

static void
take_answer (GObject *resolver, GAsyncResult *result, gpointer user_data)
{
  Ask *self = user_data;

  self->records = g_resolver_lookup_records_finish (G_RESOLVER (resolver), result, &self->error);
  g_main_loop_quit (self->loop);
}

static gboolean
give_up (gpointer user_data)
{
  g_cancellable_cancel (((Ask *) user_data)->cancellable);
  return G_SOURCE_REMOVE;
}

static void
give_up_too (GCancellable *outer, gpointer inner)
{
  g_cancellable_cancel (inner);
}

/* @cancellable: (nullable) */
static void
run (Ask *self, const char *name, GCancellable *cancellable)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autoptr (GSource) timer = g_timeout_source_new_seconds (POSTERN_DOMAIN_PROOF_SECONDS);
  gulong outer;

  self->loop = g_main_loop_new (context, FALSE);
  self->cancellable = g_cancellable_new ();
  outer = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (give_up_too), g_object_ref (self->cancellable), g_object_unref) : 0;
  g_main_context_push_thread_default (context);
  g_source_set_callback (timer, give_up, self, NULL);
  g_source_attach (timer, context);
  g_resolver_lookup_records_async (resolver, name, G_RESOLVER_RECORD_TXT, self->cancellable, take_answer, self);
  g_main_loop_run (self->loop);
  g_source_destroy (timer);
  if (outer)
    g_cancellable_disconnect (cancellable, outer);
  g_main_context_pop_thread_default (context);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_object (&self->cancellable);
}

/* A long value comes in pieces (RFC 1035 section 3.3.14). */
static gboolean
says (GVariant *record, const char *token)
{
  g_autofree const char **pieces = NULL;
  g_autofree char *text = NULL;

  if (!g_variant_is_of_type (record, G_VARIANT_TYPE ("(as)")))
    return FALSE;
  g_variant_get (record, "(^a&s)", &pieces);
  text = g_strjoinv ("", (char **) pieces);
  return g_str_equal (text, token);
}

/* A name that is not there is an answer; that nobody answers is none. */
static gboolean
refuse (const GError *failure, const char *name, GError **error)
{
  if (failure == NULL || g_error_matches (failure, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_CONFLICT, "the DNS has no TXT record of this value at %s (yet)", name);
  else
    g_set_error (error, POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, "the DNS could not be asked for %s; try again", name);
  return FALSE;
}

gboolean
postern_domain_proof_look (const PosternDomain *self, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = postern_domain_proof_dup_name (self);
  g_autoptr (GError) failure = NULL;
  Ask ask = { NULL };
  gboolean found = FALSE;

  run (&ask, name, cancellable);
  for (GList *at = ask.records; at != NULL; at = at->next)
    found = found || says (at->data, self->token);
  g_list_free_full (ask.records, (GDestroyNotify) g_variant_unref);
  failure = ask.error;
  return found || refuse (failure, name, error);
}
