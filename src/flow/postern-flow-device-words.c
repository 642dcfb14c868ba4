/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-device-words.h"

#include <string.h>

typedef struct {
  const char *mark, *name;
} Mark;

/* In this order: each browser below also claims to be the ones under it. */
static const Mark browsers[] = {
  { "Edg/", "Edge" }, { "EdgA/", "Edge" }, { "OPR/", "Opera" }, { "SamsungBrowser/", "Samsung Internet" }, { "Firefox/", "Firefox" },
  { "FxiOS/", "Firefox" }, { "CriOS/", "Chrome" }, { "Chrome/", "Chrome" }, { "Safari/", "Safari" }, { "curl/", "curl" },
};
static const Mark systems[] = {
  { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Android", "Android" }, { "CrOS", "ChromeOS" },
  { "Windows", "Windows" }, { "Mac OS X", "macOS" }, { "Linux", "Linux" },
};

static const char *
find (const Mark *marks, guint n, const char *user_agent)
{
  for (guint i = 0; i < n; i++)
    if (strstr (user_agent, marks[i].mark))
      return marks[i].name;
  return NULL;
}

char *
postern_flow_device_words_dup (const char *user_agent)
{
  const char *browser = user_agent ? find (browsers, G_N_ELEMENTS (browsers), user_agent) : NULL;
  const char *system = user_agent ? find (systems, G_N_ELEMENTS (systems), user_agent) : NULL;

  if (browser && system)
    return g_strdup_printf ("%s on %s", browser, system);
  return g_strdup (browser ? browser : system);
}
