/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-user-search.h"

#include <string.h>

#include "postern-record.h"
#include "postern-store-private.h"

#define MARK '='         /* no id begins so; behind it stands the last text that was looked at */
#define MOST_AT_ONCE 200 /* of each index */
#define MOST_IN_A_PAGE 300

enum { USERNAME, EMAIL, PHONE, N_NAMES };

typedef struct {
  const PosternUserFilter *filter;
  char *at;    /* the text up to which all was looked at; before the first: NULL */
  char *end;   /* the text behind all that begins with the search */
  char *first_id, *last_id; /* (nullable): of those times */
  guint limit;
  GPtrArray *found; /* (element-type PosternUser), in their order */
} Search;

static void
clear (Search *self)
{
  g_free (self->at);
  g_free (self->end);
  g_free (self->first_id);
  g_free (self->last_id);
  g_clear_pointer (&self->found, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Search, clear)

gboolean
postern_user_search_is_mark (const char *after)
{
  return after != NULL && *after == MARK;
}

/* (nullable): @which of the user's names, if it begins with the search and is behind what was looked at */
static const char *
get_match (const Search *self, const PosternUser *user, guint which)
{
  const char *const names[N_NAMES] = { user->username, user->email, user->phone };
  const char *name = names[which];

  return name != NULL && g_str_has_prefix (name, self->filter->search) && (self->at == NULL || strcmp (name, self->at) > 0) ? name : NULL;
}

/* (nullable): where a user stands in this list: the first of the names that match; NULL when that was passed already */
static const char *
get_place (const Search *self, const PosternUser *user)
{
  const char *const names[N_NAMES] = { user->username, user->email, user->phone };
  const char *first = NULL;

  for (guint i = 0; i < N_NAMES; i++)
    if (names[i] != NULL && g_str_has_prefix (names[i], self->filter->search) && (first == NULL || strcmp (names[i], first) < 0))
      first = names[i];
  return first != NULL && (self->at == NULL || strcmp (first, self->at) > 0) ? first : NULL;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static int
compare_places (gconstpointer a, gconstpointer b, gpointer self)
{
  return strcmp (get_place (self, *(PosternUser *const *) a), get_place (self, *(PosternUser *const *) b));
}

/*
 * Each index gave its next @most at most; what lies behind the last one of an index that gave so many may not be all. Returns: (nullable): the text up
 * to which everything is among @users; NULL: to the end
 */
static const char *
find_horizon (const Search *self, GPtrArray *users, guint most)
{
  const char *horizon = NULL;

  for (guint which = 0; which < N_NAMES; which++)
    {
      g_autoptr (GPtrArray) names = g_ptr_array_sized_new (users->len);

      for (guint i = 0; i < users->len; i++)
        if (get_match (self, users->pdata[i], which) != NULL)
          g_ptr_array_add (names, (gpointer) get_match (self, users->pdata[i], which));
      if (names->len < most)
        continue;
      g_ptr_array_sort (names, compare_texts);
      if (horizon == NULL || strcmp (names->pdata[most - 1], horizon) < 0)
        horizon = names->pdata[most - 1];
    }
  return horizon;
}

/* When somebody was made the id says, as for the other lists. */
static gboolean
passes (const Search *self, const PosternUser *user)
{
  return (self->filter->disabled < 0 || self->filter->disabled == (user->disabled_at != 0)) && (self->first_id == NULL || strcmp (user->id, self->first_id) > 0) &&
         (self->last_id == NULL || strcmp (user->id, self->last_id) < 0);
}

/* Takes those of @users up to @horizon, in their order, until the page is full. */
static void
take (Search *self, GPtrArray *users, const char *horizon)
{
  g_autoptr (GPtrArray) here = g_ptr_array_sized_new (users->len);
  const char *last = NULL; /* lives in one of @users */

  for (guint i = 0; i < users->len; i++)
    {
      const char *place = get_place (self, users->pdata[i]);

      if (place != NULL && (horizon == NULL || strcmp (place, horizon) <= 0))
        g_ptr_array_add (here, users->pdata[i]);
    }
  g_ptr_array_sort_with_data (here, compare_places, self);
  for (guint i = 0; i < here->len && self->found->len < self->limit; i++)
    {
      if (!passes (self, here->pdata[i]))
        continue;
      last = get_place (self, here->pdata[i]);
      g_ptr_array_add (self->found, postern_user_ref (here->pdata[i]));
    }
  if (self->found->len < self->limit)
    last = horizon;
  g_free (self->at);
  self->at = g_strdup (last);
}

#define NEXT(column, also)                                                                                                                    \
  "SELECT id FROM (SELECT id FROM users WHERE " column " >= ?1 AND " column " > ?2 AND " column " < ?3" also " ORDER BY " column " LIMIT ?4) AS of_" column
#define IN_ANY(also) "WHERE id IN (" NEXT ("username", also) " UNION " NEXT ("email", also) " UNION " NEXT ("phone", also) ") ORDER BY id"

/* Who is switched off has indices of names of their own. */
static GPtrArray *
look (const Search *self, PosternTxn *txn, guint most, GError **error)
{
  PosternValue values[] = { POSTERN_TEXT (self->filter->search), POSTERN_TEXT (self->at ? self->at : ""), POSTERN_TEXT (self->end), POSTERN_INT (most) };
  const char *sql = self->filter->disabled == 1 ? POSTERN_SQL_SELECT (postern_records_user, IN_ANY (" AND disabled_at > 0")) : POSTERN_SQL_SELECT (postern_records_user, IN_ANY (""));

  return postern_record_list (txn, &postern_records_user, sql, values, G_N_ELEMENTS (values), error);
}

GPtrArray *
postern_user_search_list (PosternTxn *txn, const PosternUserFilter *filter, const char *after, guint limit, char **next, GError **error)
{
  g_auto (Search) self = { .filter = filter, .limit = limit, .at = after ? g_strdup (after + 1) : NULL, .end = g_strconcat (filter->search, "\xf4\x8f\xbf\xbf", NULL),
                           .first_id = filter->created_after ? postern_id_get_first ("usr", filter->created_after) : NULL,
                           .last_id = filter->created_before ? postern_id_get_first ("usr", filter->created_before) : NULL,
                           .found = g_ptr_array_new_with_free_func ((GDestroyNotify) postern_user_unref) };
  gboolean more = TRUE;

  for (guint most = limit, looked = 0; more && self.found->len < limit && looked < MOST_IN_A_PAGE; most = MIN (most * 2, MOST_AT_ONCE))
    {
      g_autoptr (GPtrArray) users = look (&self, txn, most, error);
      const char *horizon;

      if (users == NULL)
        return NULL;
      horizon = find_horizon (&self, users, most);
      take (&self, users, horizon);
      looked += users->len;
      more = horizon != NULL || self.found->len == limit;
    }
  *next = more ? g_strdup_printf ("%c%s", MARK, self.at) : NULL;
  return g_steal_pointer (&self.found);
}
