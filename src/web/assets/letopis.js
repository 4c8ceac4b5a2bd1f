// What pages do beyond plain HTML. Each of them works without this file too: forms by POST, dialogs as pages, the menu below the page.
"use strict";

document.documentElement.classList.add("js");

// The menu of a narrow window.
for (const button of document.querySelectorAll(".menu-button")) {
  const side = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  const show = (open) => {
    side.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(!side.classList.contains("open")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !side.classList.contains("open")) return;
    show(false);
    button.focus();
  });
}

// Groups of the menu that somebody unfolded stay so while the tab is open: the next page is often in the same one.
const unfolded = new Set(JSON.parse(sessionStorage.getItem("unfolded") || "[]"));
for (const group of document.querySelectorAll(".side details")) {
  const heading = group.firstElementChild.firstChild.textContent;
  if (unfolded.has(heading)) group.open = true;
  group.firstElementChild.addEventListener("click", () => {
    if (group.open) unfolded.delete(heading);
    else unfolded.add(heading);
    sessionStorage.setItem("unfolded", JSON.stringify([...unfolded]));
  });
}
// The current line of a long menu is shown by the menu's own scrolling, in a resized window too; the page stays where it begins.
const showCurrent = () => {
  for (const current of document.querySelectorAll(".side [aria-current]")) {
    const menu = current.closest(".sections");
    if (!menu) continue;
    const [line, box] = [current.getBoundingClientRect(), menu.getBoundingClientRect()];
    if (line.bottom > box.bottom) menu.scrollTop += line.bottom - box.bottom + 12;
    else if (line.top < box.top) menu.scrollTop -= box.top - line.top + 12;
  }
};
showCurrent();
window.addEventListener("resize", showCurrent);

// `/` puts the cursor into the search of the head, as long as nobody is writing.
document.addEventListener("keydown", (event) => {
  const writing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  const search = document.getElementById("search");
  if (event.key !== "/" || writing || !search || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  search.focus();
});

// Dialogs: opened by `data-opens`, filled by htmx where the link says so; Esc and the cross close them, a click beside too.
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (!dialog || typeof dialog.showModal !== "function") return;
    if (opener.tagName === "A") event.preventDefault();
    dialog.showModal();
  } else if (event.target instanceof HTMLDialogElement) {
    event.target.close();
  }
});

// What htmx put into a dialog is shown in it.
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail && event.detail.ctx && event.detail.ctx.target;
  const dialog = target instanceof Element && target.closest("dialog");
  if (dialog && !dialog.open) dialog.showModal();
});

// A grid of cells is one stop of the Tab key; arrows, Home and End walk inside it.
for (const grid of document.querySelectorAll("table.grid")) {
  const rows = [...grid.tBodies[0].rows].map((row) => [...row.cells]);
  const stops = grid.querySelectorAll("tbody button");
  for (const button of stops) button.tabIndex = -1;
  if (stops.length) stops[0].tabIndex = 0;
  const go = (button) => {
    for (const other of grid.querySelectorAll('tbody button[tabindex="0"]')) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
    button.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  grid.addEventListener("keydown", (event) => {
    const cell = event.target instanceof Element && event.target.closest("tbody td");
    if (!cell || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows.findIndex((cells) => cells.includes(cell));
    const column = rows[row].indexOf(cell);
    const held = (cells, at) => cells[at] && cells[at].querySelector("button");
    const find = (places) => places.map(([r, c]) => held(rows[r] || [], c)).find(Boolean);
    const span = (n, make) => Array.from({ length: Math.max(n, 0) }, (_, at) => make(at));
    const width = rows[row].length;
    const to = {
      ArrowRight: () => find(span(width - column - 1, (at) => [row, column + 1 + at])),
      ArrowLeft: () => find(span(column, (at) => [row, column - 1 - at])),
      ArrowDown: () => find(span(rows.length - row - 1, (at) => [row + 1 + at, column])),
      ArrowUp: () => find(span(row, (at) => [row - 1 - at, column])),
      Home: () => find(span(width, (at) => [row, at])),
      End: () => find(span(width, (at) => [row, width - 1 - at])),
    }[event.key];
    if (!to) return;
    event.preventDefault();
    const next = to();
    if (next) go(next);
  });
}

// A table wider than its box is scrolled by keyboard too: the box becomes a stop of the Tab key, named by the table.
const boxes = [...document.querySelectorAll(".table-box")];
const reach = () => boxes.forEach((box, at) => {
  if (box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight) {
    for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    return;
  }
  const caption = box.querySelector("caption");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", `${caption ? caption.textContent : "Таблица"} (${at + 1})`);
});
reach();
// A table grows when the faces come, and its box when the window does; both are told when it has happened, not before.
const measured = new ResizeObserver(reach);
for (const box of boxes) for (const part of [box, ...box.children]) measured.observe(part);

// What a table hides on a side fades away there; the styles draw it.
const scrollers = [...document.querySelectorAll(".table-box, .grid-box, .scroll, .guide pre, main table")];
const fade = (box) => {
  const hidden = getComputedStyle(box).overflowX === "visible" ? 0 : box.scrollWidth - box.clientWidth;
  box.classList.toggle("fades-left", hidden > 1 && box.scrollLeft > 1);
  box.classList.toggle("fades-right", hidden > 1 && box.scrollLeft < hidden - 1);
};
const faded = new ResizeObserver(() => scrollers.forEach(fade));
for (const box of scrollers) {
  box.addEventListener("scroll", () => fade(box), { passive: true });
  for (const part of [box, ...box.children]) faded.observe(part);
}

// A button that acts on the ticked says how many they are: `data-counts` is the name of their boxes.
for (const button of document.querySelectorAll("button[data-counts]")) {
  const label = button.textContent;
  const say = () => {
    const ticked = [...button.form.elements].filter((one) => one.name === button.dataset.counts && one.checked).length;
    button.textContent = ticked ? `${label}: ${ticked}` : label;
  };
  button.form.addEventListener("change", say);
  window.addEventListener("pageshow", say);
  say();
}

// Forms that ask before they act.
document.addEventListener("submit", (event) => {
  const asks = event.target.dataset && event.target.dataset.asks;
  if (asks && !window.confirm(asks)) event.preventDefault();
});

// Printing. A list whose end is folded is printed whole; forms, asides and ways to other pages stay folded, and folded is not printed.
const unfoldedForPrint = [];
window.addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("main details:not([open], .switch, .more, .calm, .no-print)")) {
    if (one.querySelector("form, input, select, textarea, button")) continue;
    one.open = true;
    unfoldedForPrint.push(one);
  }
});
window.addEventListener("afterprint", () => {
  for (const one of unfoldedForPrint.splice(0)) one.open = false;
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-prints]")) window.print();
  // Back as the browser goes back: what was typed stands in the form still. Without a script the link opens the page anew.
  if (event.target instanceof Element && event.target.closest("[data-back]") && history.length > 1 && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    history.back();
  }
});
for (const button of document.querySelectorAll("[data-prints]")) button.hidden = false;

// Dropping a file on the form and seeing the verdict without leaving the page.
(() => {
  const LARGEST_BYTES = 100 * 1024 * 1024; // as LARGEST_UPLOAD_BYTES of the server
  const form = document.getElementById("drop");
  const input = document.getElementById("file");
  const status = document.getElementById("status");
  const results = document.getElementById("results");
  if (!form || !results) return;

  form.classList.add("live"); // choosing a file is enough: the button is for pages without this script

  const say = (text) => { status.textContent = text; };

  async function check(files) {
    if (files.length === 0) return;
    if ([...files].reduce((sum, file) => sum + file.size, 0) > LARGEST_BYTES) {
      say("Файл больше 100 МБ: такой файл проверяет команда letopis verify на самом компьютере.");
      return;
    }
    const body = new FormData();
    for (const file of files) body.append("file", file);
    say("Проверяется…");
    form.classList.add("busy");
    try {
      const response = await fetch("/verify", { method: "POST", body, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const found = page.querySelectorAll("#results > article, article.refusal");
      results.replaceChildren(...found);
      say(found.length ? "Готово." : "Ответ не получен: попробуйте ещё раз.");
      if (found.length) results.scrollIntoView({ block: "nearest" });
    } catch {
      say("Связи с программой нет: проверьте, что она запущена.");
    } finally {
      form.classList.remove("busy");
      form.reset();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(input.files);
  });
  input.addEventListener("change", () => check(input.files));

  // The whole window takes a file: a miss of the frame must not replace the page by the file.
  const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  window.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    form.classList.add("over");
  });
  window.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) form.classList.remove("over");
  });
  window.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    form.classList.remove("over");
    check(event.dataTransfer.files);
  });
})();

// A table that scrolls sideways on a narrow screen is reached by keyboard, so that arrows can scroll it.
(() => {
  const reach = () => {
    for (const table of document.querySelectorAll("main table, main .table-box")) {
      const wide = table.scrollWidth > table.clientWidth + 1 && getComputedStyle(table).overflowX !== "visible";
      if (wide) table.tabIndex = 0; else table.removeAttribute("tabindex");
    }
  };
  reach();
  window.addEventListener("resize", reach);
})();
