/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the wire guard does with the bytes of one token request: its head and body read by the grammar, its answer worded. Without
 * what any server asks of the kernel. Prints nanoseconds a request, of this thread's processor time.
 */
#include "postern-gate-body.h"
#include "postern-gate-head.h"
#include "postern-gate-wording.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FORM "grant_type=client_credentials&client_id=app_01abcdefghijklmnopqrstuvwx&client_secret=0123456789abcdef0123456789abcdef0123456789abcdef"
#define TIMES 500000

static const char head_text[] = "POST /oidc/token HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: h2load nghttp2/1.52.0\r\nAccept: application/json\r\n"
                                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 133\r\n\r\n";

static gboolean
read_one (PosternGateHead *head, const char *text, gsize length)
{
  PosternGateBody body;
  gsize used = 0, rest = 0;
  gboolean whole;

  if (postern_gate_head_parse (head, text, length, &used) != POSTERN_GATE_HEAD_DONE || postern_gate_body_begin (&body, head, 4096) != 200)
    return FALSE;
  whole = postern_gate_body_feed (&body, text + used, length - used, &rest) == 200;
  if (whole)
    g_bytes_unref (postern_gate_body_steal (&body));
  postern_gate_body_clear (&body);
  return whole;
}

static void
word_one (PosternGateWording *wording, GBytes *json, GString *out)
{
  PosternGateReply *reply = postern_gate_reply_new (200, json);

  postern_gate_reply_add_static (reply, "Content-Type", "application/json");
  postern_gate_reply_add_static (reply, "Cache-Control", "no-store");
  postern_gate_reply_add_static (reply, "X-Content-Type-Options", "nosniff");
  g_string_truncate (out, 0);
  postern_gate_wording_write (wording, reply, FALSE, FALSE, out);
  postern_gate_reply_free (reply);
}

static gint64
processor_time (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

int
main (void)
{
  static PosternGateHead head;
  g_autofree char *text = g_strconcat (head_text, FORM, NULL);
  g_autofree char *json = g_strnfill (600, 'x');
  g_autoptr (GBytes) body = g_bytes_new (json, 600);
  g_autoptr (GString) out = g_string_new (NULL);
  PosternGateWording wording = { 0 };
  gint64 begun = processor_time ();

  g_assert (strlen (FORM) == 133);
  for (guint i = 0; i < TIMES; i++) {
    if (!read_one (&head, text, strlen (text)))
      return 1;
    word_one (&wording, body, out);
  }
  printf ("%" G_GINT64_FORMAT "\n", (processor_time () - begun) / TIMES);
  return 0;
}
