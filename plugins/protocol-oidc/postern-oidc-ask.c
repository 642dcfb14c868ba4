/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-oidc-ask.h"

const char *
postern_oidc_ask_get (PosternOidcAsk *self, const char *name)
{
  const char *value = postern_pairs_get (self->parameters, name);

  return value && *value ? value : NULL;
}

char **
postern_oidc_ask_dup_list (PosternOidcAsk *self, const char *name)
{
  const char *value = postern_oidc_ask_get (self, name);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) parts = value ? g_strsplit (value, " ", -1) : NULL;

  if (!value)
    return NULL;
  for (char **part = parts; *part; part++)
    if (**part)
      g_strv_builder_add (builder, *part);
  return g_strv_builder_end (builder);
}
