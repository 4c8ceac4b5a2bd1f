// Long work, live: figures come as server-sent events. A page opened later hears the state first; without this script a reload shows it.
"use strict";

(() => {
  const follow = (box) => {
    if (["done", "failed"].includes(box.dataset.state)) return;
    const part = (name) => box.querySelector(`[data-job="${name}"]`);
    const write = (name, text) => { const place = part(name); if (place && place.textContent !== text) place.textContent = text; };
    const source = new EventSource(box.dataset.progress);
    source.onmessage = (event) => {
      const told = JSON.parse(event.data);
      write("state", told.state_ru);
      write("stage", told.stage);
      if (told.total > 0) {
        const bar = box.querySelector("progress");
        if (bar) { bar.max = told.total; bar.value = told.done; }
      }
      write("figures", told.figures);
      if (["done", "failed"].includes(told.state)) {
        source.close();
        write("said", told.said);
        location.reload(); // the page of an ended job shows what did not go through
      }
    };
  };
  for (const box of document.querySelectorAll("[data-progress]")) follow(box);
})();
