/* SPDX-License-Identifier: Apache-2.0 */
/* Carries what the page asks to the browser's passkeys, and their answer back in its form. It decides nothing: the server checks. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential || !navigator.credentials) return;
  const asked = form.dataset;
  const button = document.getElementById("passkey");
  const status = document.getElementById("passkey-status");
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const known = (asked.ids || "").split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: bytes(id) }));
  const verification = asked.verification || "preferred";

  const get = () => ({ challenge: bytes(asked.challenge), rpId: asked.rp, allowCredentials: known, userVerification: verification });
  const create = () => ({
    challenge: bytes(asked.challenge),
    rp: { id: asked.rp, name: asked.rpName },
    user: { id: bytes(asked.user), name: asked.name, displayName: asked.name },
    pubKeyCredParams: asked.algorithms.split(" ").map((alg) => ({ type: "public-key", alg: Number(alg) })),
    excludeCredentials: known,
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: verification },
    attestation: asked.attestation,
  });

  const put = (name, value) => {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  };
  const send = (credential) => {
    const answer = credential.response;
    put("credential", credential.id);
    put("client_data", text(answer.clientDataJSON));
    if (answer.attestationObject) {
      put("attestation", text(answer.attestationObject));
    } else {
      put("auth_data", text(answer.authenticatorData));
      put("signature", text(answer.signature));
      put("user_handle", answer.userHandle ? text(answer.userHandle) : "");
    }
    form.requestSubmit();
  };

  /* One at a time: what waits in the autofill of the name must end before the browser shows anything of its own. */
  let waiting;
  const ask = async (more) => {
    if (waiting) waiting.abort();
    waiting = new AbortController();
    const options = { signal: waiting.signal, ...more };
    return asked.passkey === "create" ? navigator.credentials.create({ publicKey: create(), ...options }) : navigator.credentials.get({ publicKey: get(), ...options });
  };
  const offer = async () => {
    const can = document.querySelector("input[autocomplete~=webauthn]") && PublicKeyCredential.isConditionalMediationAvailable;
    if (can && (await PublicKeyCredential.isConditionalMediationAvailable())) send(await ask({ mediation: "conditional" }));
  };

  button.addEventListener("click", async () => {
    status.textContent = "";
    try {
      send(await ask());
    } catch (error) {
      status.textContent = error.name === "InvalidStateError" && asked.known ? asked.known : asked.failed;
      offer().catch(() => {});
    }
  });
  form.hidden = false;
  /* Taken away here, and shown all the same: whoever keeps it is told. */
  if (asked.unknown && PublicKeyCredential.signalUnknownCredential) PublicKeyCredential.signalUnknownCredential({ rpId: asked.rp, credentialId: asked.unknown }).catch(() => {});
  /* Not beside an error: an authenticator that answers by itself would go round in circles. */
  if (!document.getElementById("error")) offer().catch(() => {});
})();
