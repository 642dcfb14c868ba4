/* SPDX-License-Identifier: Apache-2.0 */
/* Comfort for pages that work without it: nothing here is needed to sign in. Words come from the page, in its language. */
(() => {
  "use strict";
  const all = (selector) => document.querySelectorAll(selector);
  const svg = "http://www.w3.org/2000/svg";

  const make = (name, attributes, ...children) => {
    const element = document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    element.append(...children);
    return element;
  };

  const eye = () => {
    const drawing = document.createElementNS(svg, "svg");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("aria-hidden", "true");
    for (const [d, name] of [["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z", ""], ["M12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z", ""], ["M4 4l16 16", "lid"]]) {
      const path = document.createElementNS(svg, "path");
      path.setAttribute("d", d);
      path.setAttribute("class", name);
      drawing.append(path);
    }
    return drawing;
  };

  /* Show the password while it is typed; hidden again before it is sent, so that no browser keeps it as plain text. */
  for (const input of all("input[data-show]")) {
    const button = make("button", { type: "button", class: "peek", "aria-pressed": "false", "aria-label": input.dataset.show, title: input.dataset.show, "aria-controls": input.id }, eye());
    const show = (on) => {
      input.type = on ? "text" : "password";
      button.setAttribute("aria-pressed", String(on));
    };
    button.addEventListener("click", () => show(input.type === "password"));
    input.form.addEventListener("submit", () => show(false));
    input.parentElement.append(button);
  }

  /* A password that a manager filled in beside a name belongs to that name: who types another one is asked for theirs. */
  for (const unseen of all("input.unseen")) {
    unseen.form.elements.identifier.addEventListener("input", (event) => {
      if (event.inputType && event.inputType !== "insertReplacementText") unseen.value = "";
    });
  }

  /* Advice on length while a new password is typed; the server decides. Characters are counted as it counts them. */
  for (const input of all("input[data-least]")) {
    const hint = document.getElementById(input.id + "-hint");
    const least = Number(input.dataset.least) || 15;
    const bar = make("div", { class: "bar", "aria-hidden": "true" }, make("i"));
    const said = make("span", { class: "said", role: "status" });
    hint.before(bar);
    input.closest(".field").prepend(said);
    input.addEventListener("input", () => {
      const length = [...input.value.normalize("NFC")].length;
      const step = length === 0 ? 0 : length < least / 3 ? 1 : length < (2 * least) / 3 ? 2 : length < least ? 3 : length < least + 6 ? 4 : 5;
      const word = ["", "short", "short", "short", "good", "strong"][step];
      bar.dataset.step = step;
      const text = word && hint.dataset[word];
      if (said.textContent !== text) said.textContent = text;
      said.classList.toggle("enough", step > 3);
    });
  }

  /* A code loses its spaces and dashes while it is typed, and is sent with its last digit. */
  for (const input of all("input[data-digits]")) {
    input.addEventListener("input", () => {
      const digits = input.value.normalize("NFKC").replace(/\D/g, "");
      if (digits.length === Number(input.dataset.digits) && !input.form.dataset.sent) {
        input.value = digits;
        input.form.requestSubmit(input.form.querySelector("button"));
      }
    });
  }

  /* Another code may be asked for when the time is over; it is counted down beside the button. */
  for (const button of all("button[data-wait]")) {
    const end = performance.now() + 1000 * Number(button.dataset.wait);
    const left = make("span", { class: "meta", "aria-hidden": "true" });
    const tick = () => {
      const seconds = Math.ceil((end - performance.now()) / 1000);
      if (seconds > 0) {
        left.textContent = ` ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        setTimeout(tick, 250);
      } else {
        left.remove();
        button.removeAttribute("aria-disabled");
      }
    };
    button.setAttribute("aria-disabled", "true");
    button.addEventListener("click", (event) => button.getAttribute("aria-disabled") && event.preventDefault());
    button.after(left);
    tick();
  }

  /* A file that is too large is not sent at all. Before what sends a form once. */
  for (const input of all("input[data-most]")) {
    const words = make("p", { class: "wrong", id: input.id + "-large", role: "alert" });
    const hint = input.id + "-hint";
    const isLarge = () => [...input.files].some((file) => file.size > Number(input.dataset.most));
    words.textContent = input.dataset.large;
    input.addEventListener("change", () => {
      for (const old of all(`#${input.id}-error, #${input.id}-again`)) old.remove();
      input.setAttribute("aria-invalid", String(isLarge()));
      input.setAttribute("aria-describedby", isLarge() ? `${words.id} ${hint}` : hint);
      if (isLarge()) input.after(words);
      else words.remove();
    });
    input.form.addEventListener("submit", (event) => {
      if (!isLarge()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      input.focus();
    });
  }

  /* A form is sent once. The button is not disabled, because its name must travel; it only stops answering. */
  const busy = (form, on, button) => {
    form.dataset.sent = on ? "1" : "";
    for (const other of form.elements) if (other.type === "submit") on ? other.setAttribute("aria-disabled", "true") : other.removeAttribute("aria-disabled");
    for (const other of all(".busy")) other.classList.remove("busy");
    if (on && button) button.classList.add("busy");
  };
  for (const form of all("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      else busy(form, true, event.submitter);
    });
  }
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of all("form[method=post]")) busy(form, false);
  });

  for (const time of all("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (!isNaN(moment)) time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(moment);
  }

  /* What the server calls a country, it may only know in English. */
  for (const place of all("[data-country]")) {
    try {
      place.textContent = new Intl.DisplayNames(document.documentElement.lang, { type: "region" }).of(place.dataset.country);
    } catch { /* an old browser shows what stands there */ }
  }

  /* An open menu closes on Escape and on a click elsewhere. */
  for (const menu of all("details.languages")) {
    document.addEventListener("click", (event) => menu.contains(event.target) || (menu.open = false));
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  const error = document.getElementById("error");
  if (error && document.activeElement !== error) error.focus();
})();
