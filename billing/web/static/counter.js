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

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-fill]");
  if (!pressed) return;
  const amount = document.getElementById("amount");
  amount.value = pressed.dataset.fill;
  amount.dispatchEvent(new Event("input", { bubbles: true }));
  amount.focus();
});
