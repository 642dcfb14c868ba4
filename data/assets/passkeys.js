/* SPDX-License-Identifier: Apache-2.0 */
/* Tells whoever keeps this account's passkeys which there still are, and what the account is called now. Browsers that cannot are left alone. */
(() => {
  "use strict";
  const known = document.getElementById("passkeys");
  if (!known || !window.PublicKeyCredential) return;
  const { rp: rpId, user: userId, name } = known.dataset;
  const allAcceptedCredentialIds = known.dataset.ids.split(" ").filter(Boolean);
  const signal = (what, more) => PublicKeyCredential[what] && PublicKeyCredential[what]({ rpId, userId, ...more }).catch(() => {});

  signal("signalAllAcceptedCredentials", { allAcceptedCredentialIds });
  signal("signalCurrentUserDetails", { name, displayName: name });
})();
