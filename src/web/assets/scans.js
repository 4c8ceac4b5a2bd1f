// Scans and receiving: dropping files anywhere on the page, ticking sheets without leaving it, reading codes by the camera. Without this
// script files are chosen by the field, and each code is a form of its own.
"use strict";

(() => {
  const LARGEST_BYTES = 100 * 1024 * 1024; // as LARGEST_UPLOAD_BYTES of the server
  const form = document.getElementById("scans-drop");
  if (!form) return;
  const input = document.getElementById("scans-files");
  const status = document.getElementById("scans-status");
  form.classList.add("live");
  const send = () => {
    if (!input.files.length) return;
    if ([...input.files].reduce((sum, file) => sum + file.size, 0) > LARGEST_BYTES) {
      status.textContent = "Файлы вместе больше 100 МБ: положите их в несколько приёмов.";
      form.reset();
      return;
    }
    status.textContent = "Файлы передаются…";
    form.classList.add("busy");
    form.submit();
  };
  input.addEventListener("change", send);
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
    input.files = event.dataTransfer.files;
    send();
  });
})();

(() => {
  const form = document.getElementById("code-form");
  if (!form) return;
  const field = document.getElementById("code");
  // Codes go one after another, in the order they were read.
  let queue = Promise.resolve();
  const tick = (code) => {
    queue = queue.then(async () => {
      const received = document.getElementById("received");
      try {
        const response = await fetch(form.action, { method: "POST", body: new URLSearchParams({ code }), headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const part = page.getElementById("received");
        if (part) received.replaceWith(document.adoptNode(part));
        else form.submit();
      } catch {
        const said = received.querySelector(".flash");
        said.hidden = false;
        said.className = "flash bad";
        said.textContent = "Связи с программой нет: лист не отмечен.";
      }
    });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = field.value.trim();
    field.value = "";
    field.focus();
    if (code) tick(code);
  });

  const box = document.getElementById("camera-box");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  box.hidden = false;
  const video = document.getElementById("camera-video");
  const button = document.getElementById("camera-start");
  let seen = "";
  button.addEventListener("click", async () => {
    try {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await video.play();
      button.disabled = true;
      setInterval(async () => {
        const codes = await detector.detect(video).catch(() => []);
        for (const { rawValue } of codes) {
          if (rawValue === seen) continue;
          seen = rawValue;
          tick(rawValue);
        }
      }, 250);
    } catch {
      button.textContent = "Камера не открылась: сделайте снимок";
    }
  });
})();
