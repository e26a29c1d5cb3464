// Draws what a table says too. Money comes as fen in text; it becomes a number here only to be a length on the screen.
"use strict";

const colours = ["#1d5552", "#c9b37e", "#a8322a", "#8f8a7c"];
const language = document.documentElement.lang;
const money = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });

const yuan = (fen) => Number(BigInt(fen) / 100n);
const percent = (ppm) => (ppm === null ? null : ppm / 10000);

for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
  const told = JSON.parse(canvas.dataset.chart);
  const written = told.share ? (value) => `${value}%` : (value) => money.format(value);
  const axis = { beginAtZero: true, max: told.share ? 100 : undefined, stacked: told.stacked };
  new Chart(canvas, {
    type: "bar",
    data: {
      labels: told.names,
      datasets: told.series.map(([label, values], place) => ({
        label,
        data: values.map(told.share ? percent : yuan),
        backgroundColor: colours[place],
        maxBarThickness: 36,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      font: { family: getComputedStyle(document.body).fontFamily },
      scales: {
        x: { stacked: told.stacked, grid: { display: false } },
        y: { ...axis, ticks: { callback: written } },
      },
      plugins: {
        legend: { display: told.series.length > 1, position: "bottom" },
        tooltip: { callbacks: { label: (one) => `${one.dataset.label} ${written(one.parsed.y)}` } },
      },
    },
  });
}
