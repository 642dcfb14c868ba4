/* SPDX-License-Identifier: Apache-2.0 */
/* Carries what the page asks to the browser's passkeys, and their answer back in its form. It decides nothing: the server checks. */
(() => {
  "use strict";
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const list = (ids) => (ids || "").split(" ").filter(Boolean);
  const known = (asked) => list(asked.ids).map((id) => ({ type: "public-key", id: bytes(id) }));

  /* What a form asks, as its data- attributes say it. */
  const get = (asked) => ({ challenge: bytes(asked.challenge), rpId: asked.rp, allowCredentials: known(asked), userVerification: asked.verification || "preferred" });
  const create = (asked) => ({
    challenge: bytes(asked.challenge),
    rp: { id: asked.rp, name: asked.rpName },
    user: { id: bytes(asked.user), name: asked.name, displayName: asked.name },
    pubKeyCredParams: asked.algorithms.split(" ").map((alg) => ({ type: "public-key", alg: Number(alg) })),
    excludeCredentials: known(asked),
    authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: asked.verification || "preferred" },
    attestation: asked.attestation,
  });

  /* And what answers it, by the names of its fields. */
  const fields = ({ id, response: answer }) => ({
    credential: id,
    client_data: text(answer.clientDataJSON),
    ...(answer.attestationObject
      ? { attestation: text(answer.attestationObject) }
      : { auth_data: text(answer.authenticatorData), signature: text(answer.signature), user_handle: answer.userHandle ? text(answer.userHandle) : "" }),
  });

  const serve = (form) => {
    const asked = form.dataset;
    const status = document.getElementById("passkey-status");
    const send = (credential) => {
      for (const [name, value] of Object.entries(fields(credential))) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name, value });
        form.append(field);
      }
      form.requestSubmit();
    };

    /* One at a time: what waits in the autofill of the name must end before the browser shows anything of its own. */
    let waiting;
    const ask = async (more) => {
      if (waiting) waiting.abort();
      waiting = new AbortController();
      const options = { signal: waiting.signal, ...more };
      return asked.passkey === "create" ? navigator.credentials.create({ publicKey: create(asked), ...options }) : navigator.credentials.get({ publicKey: get(asked), ...options });
    };
    const offer = async () => {
      const can = document.querySelector("input[autocomplete~=webauthn]") && PublicKeyCredential.isConditionalMediationAvailable;
      if (can && (await PublicKeyCredential.isConditionalMediationAvailable())) send(await ask({ mediation: "conditional" }));
    };

    document.getElementById("passkey").addEventListener("click", async () => {
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
  };

  /* Tells whoever keeps this account's passkeys which there still are, and what the account is called now. */
  const tell = ({ rp: rpId, user: userId, ids, name }) => {
    const signal = (what, more) => PublicKeyCredential[what] && PublicKeyCredential[what]({ rpId, userId, ...more }).catch(() => {});
    signal("signalAllAcceptedCredentials", { allAcceptedCredentialIds: list(ids) });
    signal("signalCurrentUserDetails", { name, displayName: name });
  };

  /* Just after a password that the browser keeps: it makes a passkey by itself, if it wants to, at most every 30 days. Nobody waits for it. */
  const MARK = "postern-passkey-upgrade";
  const PAUSE = 30 * 24 * 3600 * 1000;
  const upgrade = async (account) => {
    const can = PublicKeyCredential.getClientCapabilities && (await PublicKeyCredential.getClientCapabilities());
    if (!can || !can.conditionalCreate || Date.now() - (localStorage.getItem(MARK) || 0) < PAUSE) return;
    const page = new DOMParser().parseFromString(await (await fetch(account.dataset.upgrade)).text(), "text/html");
    const form = page.querySelector("form[data-passkey=create]");
    if (!form || form.dataset.verification === "required") return; /* nobody is there to be recognized */
    localStorage.setItem(MARK, Date.now());
    const credential = await navigator.credentials.create({ publicKey: create(form.dataset), mediation: "conditional" });
    const body = new URLSearchParams({ ...Object.fromEntries(new FormData(form)), ...fields(credential) });
    const end = await fetch(form.getAttribute("action"), { method: "POST", body });
    account.hidden = !end.url.includes("notice=added");
  };

  const form = document.querySelector("form[data-passkey]");
  const account = document.getElementById("passkeys");
  if (form) serve(form);
  if (account) tell(account.dataset);
  if (account && account.dataset.upgrade) upgrade(account).catch(() => {});
})();
