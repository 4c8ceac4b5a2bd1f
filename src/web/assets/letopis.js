// Dropping a file on the form and seeing the verdict without leaving the page. Without this script the form still works by POST.
"use strict";

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
      const found = page.querySelectorAll("#results > article");
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
