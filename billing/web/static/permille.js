// What plain forms cannot do by themselves. Every page works without this file.
"use strict";

// One click, one act. The server knows a repeated key anyway; this spares people the wait and the doubt.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
    event.preventDefault();
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  form.dataset.sent = "yes";
  // After this turn, so that the pressed button's own value is still sent.
  setTimeout(() => setSending(form, true));
  // A download answers without leaving the page.
  if (form.dataset.download !== undefined) setTimeout(() => setSending(form, false), 3000);
});

// A page brought back by the browser's back button may be sent again.
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => setSending(form, false)));

function setSending(form, sending) {
  if (!sending) delete form.dataset.sent;
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    button.classList.toggle("sending", sending);
    button.setAttribute("aria-disabled", String(sending));
  }
}

// What was chosen but not shown yet must not be entered for what is shown: its form names the button that waits.
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-shown-first]");
  const button = form && document.querySelector(form.dataset.shownFirst);
  if (button) button.disabled = true;
});

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-print], [data-back]");
  if (!pressed) return;
  if (pressed.dataset.print !== undefined) window.print();
  // Back in the browser's history keeps what was typed; a link would load the form anew.
  if (pressed.dataset.back !== undefined && history.length > 1) {
    event.preventDefault();
    history.back();
  }
});

// What is shown as it is typed needs no button; that one is for browsers without this file.
document.querySelectorAll("[data-plain]").forEach((button) => (button.hidden = true));

// A table too wide for a phone becomes cards, each cell named by its column.
function stack(frame) {
  const table = frame.querySelector("table");
  if (!table?.tHead || frame.scrollWidth <= frame.clientWidth) return;
  const names = columnNames(table.tHead);
  for (const row of table.querySelectorAll(":is(tbody, tfoot) > tr")) {
    let at = 0;
    for (const cell of row.cells) {
      const said = cell.textContent.trim();
      if (said && names[at] && cell.colSpan === 1) cell.dataset.label ??= names[at];
      if (said.length <= 12) cell.classList.add("half");
      at += cell.colSpan;
    }
  }
  table.classList.add("stacked");
}

// Column -> its heads from top to bottom.
function columnNames(head) {
  const names = [];
  const taken = [...head.rows].map(() => []);
  [...head.rows].forEach((row, down) => {
    let at = 0;
    for (const cell of row.cells) {
      while (taken[down][at]) at += 1;
      for (let across = at; across < at + cell.colSpan; across += 1) {
        names[across] = [names[across], cell.textContent.trim()].filter(Boolean).join(" · ");
        for (let below = down; below < Math.min(down + cell.rowSpan, taken.length); below += 1) taken[below][across] = true;
      }
    }
  });
  return names;
}

function stackAll() {
  if (matchMedia("(width < 576px)").matches) document.querySelectorAll(".table-frame:not(:has(.stacked))").forEach(stack);
}

stackAll();
document.addEventListener("htmx:afterSettle", stackAll);
