/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-flow-effects.h"

typedef struct {
  PosternEffectFunc func;
  gpointer data;
  GDestroyNotify free_func;
} Effect;

static void
effect_free (gpointer data)
{
  Effect *effect = data;

  if (effect->free_func && effect->data)
    effect->free_func (effect->data);
  g_free (effect);
}

void
postern_flow_effects_add (PosternFlowContext *context, PosternEffectFunc func, gpointer data, GDestroyNotify free_func)
{
  Effect *effect = g_new (Effect, 1);

  *effect = (Effect){ func, data, free_func };
  if (context->effects == NULL)
    context->effects = g_ptr_array_new_with_free_func (effect_free);
  g_ptr_array_add (context->effects, effect);
}

static gboolean
run_all (PosternTxn *txn, gpointer user_data, GError **error)
{
  PosternFlowContext *context = user_data;

  for (guint i = 0; i < context->effects->len; i++) {
    Effect *effect = g_ptr_array_index (context->effects, i);

    if (!effect->func (context, txn, effect->data, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
postern_flow_effects_commit (PosternFlowContext *context, GError **error)
{
  if (context->effects == NULL)
    return TRUE;
  if (context->flow->entrance == POSTERN_ENTRANCE_BACK_CHANNEL)
    return run_all (NULL, context, error);
  return postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_LASTING, run_all, context, error);
}
