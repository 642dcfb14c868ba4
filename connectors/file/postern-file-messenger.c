/* SPDX-License-Identifier: Apache-2.0 */
#include "postern-file-messenger.h"

#include <glib/gstdio.h>

#include "postern-json.h"

#define KEPT 200 /* the newest messages in the folder */

struct _PosternFileMessenger {
  PosternMessenger parent_instance;
  const char *folder; /* borrowed from the settings */
  GMutex mutex;
};

G_DEFINE_FINAL_TYPE (PosternFileMessenger, postern_file_messenger, POSTERN_TYPE_MESSENGER)

static gboolean
postern_file_messenger_configure (PosternInstance *instance, GError **error)
{
  PosternFileMessenger *self = POSTERN_FILE_MESSENGER (instance);

  self->folder = postern_settings_get_string (postern_instance_get_settings (instance), "folder");
  if (self->folder && g_mkdir_with_parents (self->folder, 0700) == 0 && g_access (self->folder, W_OK) == 0)
    return TRUE;
  g_set_error_literal (error, POSTERN_ERROR, POSTERN_ERROR_CONFIG, "folder cannot be made or written to; name one that the server may use");
  return FALSE;
}

static char *
format (PosternMessage *message)
{
  g_auto (PosternJsonObject) object = POSTERN_JSON_OBJECT_INIT;

  postern_json_object_add_int64 (&object, "at", g_get_real_time () / G_USEC_PER_SEC);
  postern_json_object_add_string (&object, "channel", postern_message_get_channel (message));
  postern_json_object_add_string (&object, "recipient", postern_message_get_recipient (message));
  postern_json_object_add_string (&object, "from", postern_message_get_sender_address (message));
  postern_json_object_add_string (&object, "subject", postern_message_get_subject (message));
  postern_json_object_add_string (&object, "text", postern_message_get_text (message));
  postern_json_object_add_string (&object, "html", postern_message_get_html (message));
  return postern_json_print (postern_json_object_end (&object));
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) b, *(const char *const *) a);
}

/* Names are ids and sort by their time: the oldest go. */
static void
drop_old (PosternFileMessenger *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    if (g_str_has_prefix (name, "msg_") && g_str_has_suffix (name, ".json"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = KEPT; i < names->len; i++) {
    g_autofree char *path = g_build_filename (self->folder, names->pdata[i], NULL);
    g_remove (path);
  }
}

static gboolean
postern_file_messenger_deliver (PosternMessenger *messenger, PosternMessage *message, GCancellable *cancellable)
{
  PosternFileMessenger *self = POSTERN_FILE_MESSENGER (messenger);
  g_autofree char *id = postern_message_get_id (message) ? g_strdup (postern_message_get_id (message)) : g_uuid_string_random ();
  g_autofree char *name = g_strconcat (g_strdelimit (id, "/", '_'), ".json", NULL);
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *text = format (message);
  g_autoptr (GError) error = NULL;
  gboolean done;

  g_mutex_lock (&self->mutex);
  done = g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error);
  if (done)
    drop_old (self);
  g_mutex_unlock (&self->mutex);
  if (done)
    postern_message_set_receipt (message, name);
  else
    postern_message_fail (message, g_error_new_literal (POSTERN_ERROR, POSTERN_ERROR_UNREACHABLE, error->message));
  return done;
}

static void
postern_file_messenger_finalize (GObject *object)
{
  g_mutex_clear (&POSTERN_FILE_MESSENGER (object)->mutex);
  G_OBJECT_CLASS (postern_file_messenger_parent_class)->finalize (object);
}

static void
postern_file_messenger_class_init (PosternFileMessengerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = postern_file_messenger_finalize;
  POSTERN_INSTANCE_CLASS (klass)->configure = postern_file_messenger_configure;
  POSTERN_MESSENGER_CLASS (klass)->deliver = postern_file_messenger_deliver;
  POSTERN_MESSENGER_CLASS (klass)->channels = "email sms";
}

static void
postern_file_messenger_init (PosternFileMessenger *self)
{
  g_mutex_init (&self->mutex);
}
