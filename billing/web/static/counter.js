// The counter's keys: arrows walk through what the search found, a button fills in the amount. All works without.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const search = document.querySelector("[data-list]");
  const list = search && document.getElementById(search.dataset.list);
  if (!list || !(event.target === search || list.contains(event.target))) return;
  const stops = [search, ...list.querySelectorAll("a")];
  const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
});

// Enter in a field shows what the money would do and waits at the button: Enter once more books it.
document.addEventListener("keydown", (event) => {
  const form = event.key === "Enter" && !event.isComposing && event.target.closest("#take");
  if (!form || event.target.closest("button, a")) return;
  event.preventDefault();
  event.target.dispatchEvent(new Event("change", { bubbles: true }));
  form.querySelector("[data-book]").focus();
});

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-fill]");
  if (!pressed) return;
  const amount = document.getElementById("amount");
  amount.value = pressed.dataset.fill;
  amount.dispatchEvent(new Event("input", { bubbles: true }));
  amount.focus();
});
