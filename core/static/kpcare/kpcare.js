// Small behaviours, asked for by data attributes. No inline handlers, no eval: it runs under a strict content policy.
//
//   data-dialog-open="ID"     opens the <dialog> with that id; data-dialog-close closes the one around it
//   data-key="/"              that key moves the focus here (not while typing)
//   data-autosubmit           a form that sends itself when a choice in it changes
//   data-select-all="NAME"    a checkbox that ticks all of that name in its form; data-selected-count shows how many
//   data-print                prints the page
//   data-dismiss              removes the nearest [data-dismissible]
//   data-trend="…JSON…"       draws a trend (Chart.js and trend.js are fetched only then)
//   data-bars="…JSON…"        draws groups side by side with their intervals (the same)
//   data-funnel="…JSON…"      draws how many came from step to step (the same)
//   class usa-combo-box       a select in which one types to find (USWDS; fetched only then)
"use strict";
(() => {
  const own = document.currentScript.dataset;
  const loaded = new Map();

  function load(address) {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      }));
    }
    return loaded.get(address);
  }

  async function enhance(root) {
    if (root.querySelector("[data-trend], [data-bars], [data-funnel]")) {
      await load(own.chart);
      await load(own.trend);
      window.kpTrend(root);
    }
    // USWDS takes the page as it is when loaded. A combo box that htmx brings later stays the plain select it was.
    if (root.querySelector(".usa-combo-box")) load(own.uswds);
  }

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog-open]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.dialogOpen)?.showModal();
    }
    if (event.target.closest("[data-dialog-close]")) event.target.closest("dialog")?.close();
    if (event.target.closest("[data-print]")) window.print();
    if (event.target.closest("[data-dismiss]")) event.target.closest("[data-dismissible]")?.remove();
    for (const menu of document.querySelectorAll("details.kp-menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.kp-menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    for (const target of document.querySelectorAll("[data-key]")) {
      if (target.dataset.key === event.key) {
        event.preventDefault();
        target.focus();
      }
    }
  });

  document.addEventListener("change", (event) => {
    const all = event.target.closest("[data-select-all]");
    const form = event.target.form;
    if (all && form) {
      for (const box of form.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(all.dataset.selectAll)}"]`)) {
        box.checked = all.checked;
      }
    }
    if (form) {
      const count = form.querySelectorAll('input[type="checkbox"]:checked:not([data-select-all])').length;
      for (const place of form.querySelectorAll("[data-selected-count]")) place.textContent = count;
      for (const button of form.querySelectorAll("[data-needs-selection]")) button.disabled = count === 0;
    }
    event.target.closest("form[data-autosubmit]")?.requestSubmit();
  });

  // What went wrong on the way is said, and nothing that was typed is lost.
  function say(name) {
    const text = document.getElementById("kp-notes")?.content.querySelector(`[data-note="${name}"]`);
    const place = document.querySelector(".kp-toasts");
    if (text && place && !place.querySelector(`[data-note="${name}"]`)) place.append(text.cloneNode(true));
  }

  function connection() {
    for (const notice of document.querySelectorAll("[data-offline]")) notice.hidden = navigator.onLine;
  }

  window.addEventListener("online", connection);
  window.addEventListener("offline", connection);
  document.addEventListener("htmx:sendError", () => say("unsent"));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(status === 403 || status === 401 ? "refused" : "failed");
  });
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt.parentElement || document));
  connection();
  enhance(document);
})();
