/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "postern-message.h"
#include "postern-pages.h"

G_BEGIN_DECLS

/**
 * PosternMessageTemplates: what messages to people say: the templates of the pages' folders `mail` and `sms`, read once at
 * start, in the syntax of postern-pages.h. Immutable, thread-safe.
 *
 * A mail NAME is `mail/NAME.txt`, whose first line is the subject and whose rest is the text, and `mail/NAME.html`, its twin; a
 * text message is `sms/NAME.txt`. Besides their model they see `lang`, `dir`, `tenant_name`, `public_url`, `host` (of that),
 * `logo_url` when the tenant has a picture that mail programs show, and the colours `accent`, `on_accent`, `link_color` and `dark_link_color`.
 */
typedef struct _PosternMessageTemplates PosternMessageTemplates;

/** postern_message_templates_new: @template_dirs: as the pages'; @pages: gives phrases and look; a reference is taken. (transfer full) (nullable) */
PosternMessageTemplates *postern_message_templates_new (const char *const *template_dirs, PosternPages *pages, const char *public_url, GError **error);
void postern_message_templates_free (PosternMessageTemplates *self);
/**
 * postern_message_templates_render:
 * @channel: "email" or "sms"
 * @name: of the template; NOT_FOUND when there is none
 * @language: (nullable): tags, as in postern_pages_choose_language()
 * @model: a{sv}
 * Returns: (transfer full) (nullable): subject and texts, without a sender
 */
PosternMessage *postern_message_templates_render (PosternMessageTemplates *self, const char *channel, const char *recipient, const char *name,
                                                  const char *language, GVariant *model, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PosternMessageTemplates, postern_message_templates_free)

G_END_DECLS
