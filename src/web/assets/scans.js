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
  // A picture or file copied elsewhere.
  window.addEventListener("paste", (event) => {
    if (!event.clipboardData || !event.clipboardData.files.length) return;
    event.preventDefault();
    input.files = event.clipboardData.files;
    send();
  });
})();

(() => {
  const form = document.getElementById("code-form");
  if (!form) return;
  const field = document.getElementById("code");
  // What is left of the other copies changes with every tick.
  const begun = (page) => {
    const part = page.getElementById("begun");
    if (part) document.getElementById("begun").replaceWith(document.adoptNode(part));
  };
  // Codes go one after another, in the order they were read.
  let queue = Promise.resolve();
  const tick = (code) => {
    queue = queue.then(async () => {
      const received = document.getElementById("received");
      try {
        const response = await fetch(form.action, { method: "POST", body: new URLSearchParams({ code, copy: received.dataset.copy }), headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const part = page.getElementById("received");
        if (!part) return form.submit();
        begun(page);
        received.replaceWith(document.adoptNode(part));
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

  const show = async (response) => {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const part = page.getElementById("received");
    if (part) begun(page);
    if (part) document.getElementById("received").replaceWith(document.adoptNode(part));
    return part;
  };
  // A photo is read by the program: dropped, pasted, or a frame of the camera where the browser reads no codes by itself.
  const photos = document.getElementById("photo-form");
  const photo = document.getElementById("photo");
  const read = async (file, name) => {
    const body = new FormData();
    body.append("copy", document.getElementById("received").dataset.copy);
    body.append("file", file, name);
    return show(await fetch(photos.action, { method: "POST", body, headers: { Accept: "text/html" } }));
  };
  const give = (event, files) => {
    if (!files || !files.length) return;
    event.preventDefault();
    queue = queue.then(async () => {
      for (const file of files) await read(file, file.name || "photo").catch(() => {});
    });
  };
  window.addEventListener("dragover", (event) => {
    if (event.dataTransfer && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
  window.addEventListener("drop", (event) => give(event, event.dataTransfer && event.dataTransfer.files));
  window.addEventListener("paste", (event) => give(event, event.clipboardData && event.clipboardData.files));
  photo.addEventListener("change", () => photo.files.length && photos.requestSubmit());

  const box = document.getElementById("camera-box");
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return;
  box.hidden = false;
  const video = document.getElementById("camera-video");
  const button = document.getElementById("camera-start");
  const EVERY_MS = 250; // a sheet is held before the camera for about a second
  let seen = "";
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const byBrowser = async (detector) => {
    for (const { rawValue } of await detector.detect(video).catch(() => [])) {
      if (rawValue === seen) continue;
      seen = rawValue;
      tick(rawValue);
    }
  };
  // One frame at a time: the next is taken when the program has answered.
  const byProgram = async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    const frame = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    const was = document.getElementById("received");
    const shown = frame ? await read(frame, "frame.jpg").catch(() => null) : null;
    // Between two sheets a frame shows no code: the list stays as it was. A code that is refused is told.
    const said = shown && shown.querySelector(".flash.bad");
    if (said && said.textContent.startsWith("На снимке нет кода")) shown.replaceWith(was);
  };
  // The camera goes off by its button; a frame that is being read is read to its end.
  const stop = document.getElementById("camera-stop");
  const off = () => {
    for (const track of video.srcObject ? video.srcObject.getTracks() : []) track.stop();
    video.srcObject = null;
    video.hidden = true;
    stop.hidden = true;
    button.disabled = false;
    button.hidden = false;
  };
  stop.addEventListener("click", () => {
    off();
    button.focus();
  });
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats() : [];
      const detector = formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
      const wish = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: wish });
      video.srcObject = stream;
      video.hidden = false;
      button.textContent = "Включить камеру";
      button.hidden = true;
      stop.hidden = false;
      await video.play();
      while (video.srcObject === stream) {
        if (detector) await byBrowser(detector);
        else await byProgram();
        await wait(EVERY_MS);
      }
    } catch {
      // Switched off while it was opening: that is no failure.
      const failed = button.disabled;
      off();
      if (failed) button.textContent = "Камера не открылась: сделайте снимок";
    }
  });
})();
