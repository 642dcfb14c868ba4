/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* For tests: between a node and its PostgreSQL. Takes all bytes from both sides, and passes them on until it is told to be silent: as a proxy that hangs, or a firewall that forgets. */

#define FIXTURE_MIDDLEMAN_PORT "/.s.PGSQL.5432"

typedef struct {
  int near, far;
  gboolean deaf, mute; /* passes nothing on to the server; nothing back */
} FixtureMiddlemanPair;

typedef struct {
  char *folder, *server; /* whose socket is where */
  int listening, stop;
  GThread *thread;
  GMutex lock; /* guards what follows */
  GArray *pairs;
  gboolean deaf;           /* also who comes from now on */
  const char *mute_behind; /* (nullable): the connection on which it comes is passed no answer any more */
} FixtureMiddleman;

static inline struct sockaddr_un
fixture_middleman_name (const char *folder)
{
  struct sockaddr_un name = { .sun_family = AF_UNIX };

  g_snprintf (name.sun_path, sizeof name.sun_path, "%s" FIXTURE_MIDDLEMAN_PORT, folder);
  return name;
}

/* Under the lock. */
static inline void
fixture_middleman_join (FixtureMiddleman *self)
{
  struct sockaddr_un name = fixture_middleman_name (self->server);
  FixtureMiddlemanPair pair = { accept (self->listening, NULL, NULL), socket (AF_UNIX, SOCK_STREAM, 0), self->deaf, self->deaf };

  g_assert_cmpint (connect (pair.far, (struct sockaddr *) &name, sizeof name), ==, 0);
  g_array_append_val (self->pairs, pair);
}

/* Under the lock. Returns: FALSE: one side is gone */
static inline gboolean
fixture_middleman_pass (FixtureMiddleman *self, FixtureMiddlemanPair *pair, gboolean back)
{
  char bytes[65536];
  gssize n = recv (back ? pair->far : pair->near, bytes, sizeof bytes, 0);

  if (n <= 0)
    return FALSE;
  if (!(back ? pair->mute : pair->deaf))
    g_assert_cmpint (send (back ? pair->near : pair->far, bytes, (gsize) n, MSG_NOSIGNAL), <=, n);
  if (!back && self->mute_behind != NULL && memmem (bytes, (gsize) n, self->mute_behind, strlen (self->mute_behind)) != NULL)
    {
      pair->mute = TRUE;
      self->mute_behind = NULL;
    }
  return TRUE;
}

static inline void
fixture_middleman_end (int *socket)
{
  if (*socket >= 0)
    close (*socket);
  *socket = -1;
}

static inline void
fixture_middleman_part (FixtureMiddleman *self, guint i)
{
  FixtureMiddlemanPair *pair = &g_array_index (self->pairs, FixtureMiddlemanPair, i);

  fixture_middleman_end (&pair->near);
  fixture_middleman_end (&pair->far);
  g_array_remove_index_fast (self->pairs, i);
}

/* Under the lock. Where nothing is passed on, nor is it that one side has gone: the other one waits. */
static inline void
fixture_middleman_serve (FixtureMiddleman *self, guint i, short near, short far)
{
  FixtureMiddlemanPair *pair = &g_array_index (self->pairs, FixtureMiddlemanPair, i);
  gboolean told = FALSE;

  if (near != 0 && !fixture_middleman_pass (self, pair, FALSE))
    {
      told = !pair->deaf;
      fixture_middleman_end (&pair->near);
    }
  if (far != 0 && !fixture_middleman_pass (self, pair, TRUE))
    {
      told |= !pair->mute;
      fixture_middleman_end (&pair->far);
    }
  if (told || (pair->near < 0 && pair->far < 0))
    fixture_middleman_part (self, i);
}

static inline gpointer
fixture_middleman_run (gpointer data)
{
  FixtureMiddleman *self = data;
  g_autoptr (GArray) polled = g_array_new (FALSE, TRUE, sizeof (struct pollfd));

  for (;;)
    {
      struct pollfd first[] = { { self->stop, POLLIN, 0 }, { self->listening, POLLIN, 0 } }, *at;

      g_array_set_size (polled, 0);
      g_array_append_vals (polled, first, G_N_ELEMENTS (first));
      g_mutex_lock (&self->lock);
      for (guint i = 0; i < self->pairs->len; i++)
        {
          FixtureMiddlemanPair *pair = &g_array_index (self->pairs, FixtureMiddlemanPair, i);
          struct pollfd both[] = { { pair->near, POLLIN, 0 }, { pair->far, POLLIN, 0 } };

          g_array_append_vals (polled, both, G_N_ELEMENTS (both));
        }
      g_mutex_unlock (&self->lock);
      at = (struct pollfd *) polled->data;
      if (poll (at, polled->len, -1) < 0)
        continue;
      if (at[0].revents != 0)
        return NULL;
      g_mutex_lock (&self->lock);
      for (guint i = polled->len / 2 - 1; i-- > 0;) /* only this thread changes how many there are; from the end, since one that parts is replaced by the last */
        if (at[2 * i + 2].revents != 0 || at[2 * i + 3].revents != 0)
          fixture_middleman_serve (self, i, at[2 * i + 2].revents, at[2 * i + 3].revents);
      if (at[1].revents != 0)
        fixture_middleman_join (self);
      g_mutex_unlock (&self->lock);
    }
}

/* @server: the folder of its socket */
static inline FixtureMiddleman *
fixture_middleman_new (const char *server)
{
  FixtureMiddleman *self = g_new0 (FixtureMiddleman, 1);
  struct sockaddr_un name;

  self->folder = g_dir_make_tmp ("postern-middleman-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->server = g_strdup (server);
  self->pairs = g_array_new (FALSE, FALSE, sizeof (FixtureMiddlemanPair));
  g_mutex_init (&self->lock);
  self->stop = eventfd (0, EFD_CLOEXEC);
  self->listening = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  name = fixture_middleman_name (self->folder);
  g_assert_cmpint (bind (self->listening, (struct sockaddr *) &name, sizeof name), ==, 0);
  g_assert_cmpint (listen (self->listening, 100), ==, 0);
  self->thread = g_thread_new ("middleman", fixture_middleman_run, self);
  return self;
}

static inline void
fixture_middleman_free (FixtureMiddleman *self)
{
  g_autofree char *port = g_strconcat (self->folder, FIXTURE_MIDDLEMAN_PORT, NULL);

  eventfd_write (self->stop, 1);
  g_thread_join (self->thread);
  while (self->pairs->len > 0)
    fixture_middleman_part (self, 0);
  g_array_unref (self->pairs);
  close (self->listening);
  close (self->stop);
  g_unlink (port);
  g_rmdir (self->folder);
  g_mutex_clear (&self->lock);
  g_free (self->folder);
  g_free (self->server);
  g_free (self);
}

/* Nothing goes through the connections that there are; nor, with @others, through those that are made from now on. */
static inline void
fixture_middleman_silence (FixtureMiddleman *self, gboolean others)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->pairs->len; i++)
    {
      FixtureMiddlemanPair *pair = &g_array_index (self->pairs, FixtureMiddlemanPair, i);

      pair->deaf = pair->mute = TRUE;
    }
  self->deaf = others;
  g_mutex_unlock (&self->lock);
}

/* The next connection on which @text is sent to the server, and it is, gets no answer. */
static inline void
fixture_middleman_mute_behind (FixtureMiddleman *self, const char *text)
{
  g_mutex_lock (&self->lock);
  self->mute_behind = text;
  g_mutex_unlock (&self->lock);
}

/* Who comes from now on is passed on. */
static inline void
fixture_middleman_speak_again (FixtureMiddleman *self)
{
  g_mutex_lock (&self->lock);
  self->deaf = FALSE;
  g_mutex_unlock (&self->lock);
}

/* (transfer full): @url, a database of the server's, by the way of @self; @more: of the URL, from `&` on */
static inline char *
fixture_middleman_get_url (FixtureMiddleman *self, const char *url, const char *more)
{
  return g_strdup_printf ("%.*s?host=%s%s", (int) strcspn (url, "?"), url, self->folder, more);
}
