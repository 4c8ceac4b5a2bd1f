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

// Long work: figures come as server-sent events; when the work ends the page is asked for anew.
for (const box of document.querySelectorAll("[data-progress]")) {
  const bar = box.querySelector("progress");
  const said = box.querySelector(".progress-said");
  const source = new EventSource(box.dataset.progress);
  source.addEventListener("message", (event) => {
    const { done, total, said: words, ended } = JSON.parse(event.data);
    bar.max = total || 1;
    bar.value = done;
    said.textContent = words || `${done} из ${total}`;
    if (!ended) return;
    source.close();
    location.reload();
  });
}

// Forms that ask before they act.
document.addEventListener("submit", (event) => {
  const asks = event.target.dataset && event.target.dataset.asks;
  if (asks && !window.confirm(asks)) event.preventDefault();
});

// Printing.
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-prints]")) window.print();
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
