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

static void
add (GPtrArray **effects, PosternEffectFunc func, gpointer data, GDestroyNotify free_func)
{
  Effect *effect = g_new (Effect, 1);

  *effect = (Effect){ func, data, free_func };
  if (*effects == NULL)
    *effects = g_ptr_array_new_with_free_func (effect_free);
  g_ptr_array_add (*effects, effect);
}

void
postern_flow_effects_add (PosternFlowContext *context, PosternEffectFunc func, gpointer data, GDestroyNotify free_func)
{
  add (&context->effects, func, data, free_func);
}

void
postern_flow_effects_add_short (PosternFlowContext *context, PosternEffectFunc func, gpointer data, GDestroyNotify free_func)
{
  add (&context->short_effects, func, data, free_func);
}

static gboolean
run_each (PosternFlowContext *context, GPtrArray *effects, PosternTxn *txn, GError **error)
{
  for (guint i = 0; effects && i < effects->len; i++) {
    Effect *effect = g_ptr_array_index (effects, i);

    if (!effect->func (context, txn, effect->data, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
postern_flow_effects_run (PosternFlowContext *context, PosternTxn *txn, GError **error)
{
  return run_each (context, context->effects, txn, error);
}

static gboolean
run_all (PosternTxn *txn, gpointer user_data, GError **error)
{
  return postern_flow_effects_run (user_data, txn, error);
}

gboolean
postern_flow_effects_run_short (PosternFlowContext *context, PosternTxn *txn, GError **error)
{
  return run_each (context, context->short_effects, txn, error);
}

void
postern_flow_effects_settle_short (PosternFlowContext *context)
{
  g_clear_pointer (&context->short_effects, g_ptr_array_unref);
}

static gboolean
run_all_short (PosternTxn *txn, gpointer user_data, GError **error)
{
  return postern_flow_effects_run_short (user_data, txn, error);
}

void
postern_flow_effects_flush_short (PosternFlowContext *context)
{
  g_autoptr (GError) error = NULL;

  if (context->short_effects &&
      !postern_store_write (postern_tenant_get_store (context->tenant), POSTERN_KEEP_SHORT, run_all_short, context, &error))
    g_warning ("What flow %s leaves behind could not be kept: %s", context->flow->id ? context->flow->id : "of a token", error->message);
  postern_flow_effects_settle_short (context);
}

gboolean
postern_flow_effects_commit (PosternFlowContext *context, GError **error)
{
  if (context->effects == NULL)
    return TRUE;
  if (context->flow->entrance == POSTERN_ENTRANCE_BACK_CHANNEL)
    return run_all (NULL, context, error);
  return postern_store_write_each (postern_tenant_get_store (context->tenant), run_all, context, error);
}
