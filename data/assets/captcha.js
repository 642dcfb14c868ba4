/* SPDX-License-Identifier: Apache-2.0 */
/* Answers a captcha that needs no person: a proof of work, computed in a worker (which this file is, too), or a provider's score. */
(() => {
  "use strict";

  /* --- the worker: the first number whose SHA-256 after the challenge begins with enough zero bits (FIPS 180-4; one block will do) ------- */

  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const fraction = (root) => ((root % 1) * 0x100000000) | 0;
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const H = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const W = new Int32Array(64);

  /* The first word of the hash of the block in W[0..15]: more than 26 bits are never asked for. */
  const hash = () => {
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15], y = W[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = H;
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g, g = f, f = e, e = (d + t1) | 0, d = c, c = b, b = a, a = (t1 + t2) | 0;
    }
    return (a + H[0]) | 0;
  };

  const solve = (challenge, difficulty) => {
    for (let n = 0; ; n++) {
      const text = `${challenge}.${n}`;
      W.fill(0, 0, 16);
      for (let i = 0; i < text.length; i++) W[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
      W[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
      W[15] = 8 * text.length;
      if (Math.clz32(hash()) >= difficulty) return String(n);
    }
  };

  if (typeof document === "undefined") {
    self.onmessage = (event) => self.postMessage(solve(event.data.challenge, event.data.difficulty));
    return;
  }

  /* --- the page ------------------------------------------------------------------------------------------------------------------ */

  const source = document.currentScript.src;
  const work = (input) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(source);
      worker.onmessage = (event) => resolve(event.data);
      worker.onerror = reject;
      worker.postMessage({ challenge: input.dataset.challenge, difficulty: Number(input.dataset.difficulty) });
    });
  const score = (input) => new Promise((resolve) => window.grecaptcha.ready(() => resolve(window.grecaptcha.execute(input.dataset.score, { action: input.dataset.action }))));

  /* A form that is sent before there is an answer goes when it is there. One that cannot be had is left out: the server says what then. */
  for (const input of document.querySelectorAll("input[data-challenge], input[data-score]")) {
    const status = document.getElementById(input.dataset.status);
    const ask = async (how) => {
      status.textContent = status.dataset.working;
      try {
        input.value = await how(input);
      } catch {
        input.value = "";
      }
      status.textContent = input.value ? status.dataset.done || "" : "";
      input.dataset.asked = "1";
    };
    let answer = input.dataset.challenge ? ask(work) : null;
    document.addEventListener(
      "submit",
      (event) => {
        if (event.target !== input.form || input.dataset.asked) return;
        event.preventDefault();
        event.stopImmediatePropagation();
        if (input.dataset.waiting) return;
        input.dataset.waiting = "1";
        answer = answer || ask(score);
        answer.then(() => input.form.requestSubmit(event.submitter));
      },
      true,
    );
  }
})();
