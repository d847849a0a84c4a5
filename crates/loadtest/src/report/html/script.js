"use strict";
// The page is whole without this: the switches are styles, and each plot has its table.
const languages = document.querySelectorAll("input[name=language]");
const speak = (language) => {
  document.documentElement.lang = language;
};
for (const input of languages) {
  input.checked = input.value === (navigator.language.startsWith("ko") ? "ko" : "en");
  if (input.checked) speak(input.value);
  input.addEventListener("change", () => speak(input.value));
}

// What a pointer is over is read from the table below the plot.
for (const plot of document.querySelectorAll(".plot")) {
  const area = plot.querySelector(".area");
  const table = plot.querySelector("table[data-along]");
  if (!area || !table) continue;
  const readout = plot.querySelector(".readout");
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const isAcross = table.dataset.along === "x";
  const hair = document.createElement("i");
  hair.className = isAcross ? "hair" : "hair across";

  const show = (event) => {
    const box = area.getBoundingClientRect();
    const at = isAcross ? (event.clientX - box.left) / box.width : 1 - (event.clientY - box.top) / box.height;
    const distance = (row) => Math.abs(row.dataset.at - at);
    const nearest = rows.reduce((best, row) => (distance(row) < distance(best) ? row : best));
    hair.style.setProperty("--at", `${nearest.dataset.at * 100}%`);
    area.append(hair);
    const read = [...nearest.cells].map((cell, index) => {
      const part = document.createElement("span");
      if (0 < index) part.append(...[...heads[index].childNodes].map((node) => node.cloneNode(true)), " ");
      const value = document.createElement("b");
      value.textContent = cell.textContent;
      part.append(value);
      return part;
    });
    readout.replaceChildren(...read);
  };
  area.addEventListener("pointermove", show);
  area.addEventListener("pointerdown", show);
  area.addEventListener("pointerleave", () => {
    hair.remove();
    readout.replaceChildren();
  });
}
