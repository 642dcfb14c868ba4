/* SPDX-License-Identifier: Apache-2.0 */
/* What a compiled module relies on: sizes of what it derives from, offsets of what it overrides, and numbers that it
 * compares. sizes.expected is the promise of Api 1 on 64-bit machines; whoever must change a line makes Api 2. */
#include <postern.h>
#include <stddef.h>
#include <stdio.h>

#define SIZE(type) printf (#type " %zu\n", sizeof (type))
#define SLOT(type, member) printf (#type "." #member " %zu\n", offsetof (type, member))
#define NUMBER(name) printf (#name " %d\n", (int) name)

int
main (void)
{
  SIZE (PosternInstance);
  SIZE (PosternInstanceClass);
  SIZE (PosternAuthenticator);
  SIZE (PosternAuthenticatorClass);
  SIZE (PosternConnector);
  SIZE (PosternConnectorClass);
  SIZE (PosternMessenger);
  SIZE (PosternMessengerClass);
  SIZE (PosternCaptcha);
  SIZE (PosternCaptchaClass);
  SIZE (PosternSink);
  SIZE (PosternSinkClass);
  SIZE (PosternDatabaseClass);
  SIZE (PosternRoute);
  SIZE (PosternValue);
  SLOT (PosternInstanceClass, configure);
  SLOT (PosternAuthenticatorClass, handle_step);
  SLOT (PosternMessengerClass, deliver);
  SLOT (PosternCaptchaClass, verify);
  SLOT (PosternSinkClass, attach);
  SLOT (PosternSinkClass, deliver);
  NUMBER (POSTERN_PLUGIN_API);
  NUMBER (POSTERN_STEP_BEGIN);
  NUMBER (POSTERN_STEP_CONTINUE);
  NUMBER (POSTERN_STEP_CALLBACK);
  NUMBER (POSTERN_PROMPT_FORM_POST);
  NUMBER (POSTERN_VERDICT_ABSTAIN);
  NUMBER (POSTERN_VERDICT_DENY);
  NUMBER (POSTERN_ERROR_ACCESS_DENIED);
  NUMBER (POSTERN_ERROR_PROVIDER);
  NUMBER (POSTERN_ERROR_CREDENTIALS);
  NUMBER (POSTERN_ERROR_CONFIG);
  return 0;
}
