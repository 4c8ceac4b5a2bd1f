// Signing in the browser: the private key is made here, cannot be exported, and lies in this browser's own store. The server sees the public
// key and signatures. What is signed is shown, and its digest is computed here.
"use strict";
(() => {
  const STORE = "letopis-keys";
  const say = (text) => { const place = document.getElementById("pen-said"); if (place) place.textContent = text; };
  const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const text = (words) => new TextEncoder().encode(words);

  const open = () => new Promise((resolve, reject) => {
    const asked = indexedDB.open(STORE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("keys");
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const work = async (mode, deed) => {
    const db = await open();
    return new Promise((resolve, reject) => {
      const asked = deed(db.transaction("keys", mode).objectStore("keys"));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  };
  const every = () => work("readonly", (store) => store.getAll());
  const keep = (name, pair) => work("readwrite", (store) => store.put(pair, name));

  // Registering: a pair is made, the public half goes with a proof that the private one is here.
  const enrol = document.getElementById("enrol");
  if (enrol) {
    const button = enrol.querySelector("button");
    if (window.crypto && crypto.subtle && window.indexedDB) button.disabled = false;
    else say("Этот браузер не умеет хранить ключи подписи: откройте страницу по https или возьмите ключ на сервере.");
    enrol.addEventListener("submit", async (event) => {
      if (enrol.elements.proof.value) return;
      event.preventDefault();
      button.disabled = true;
      try {
        const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
        const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
        const words = `letopis.key-possession/v1\n${enrol.dataset.person}\n${enrol.elements.task.value}\n${hex(raw)}\n`;
        const proof = await crypto.subtle.sign("Ed25519", pair.privateKey, text(words));
        await keep(hex(raw), pair);
        enrol.elements.public_key.value = base64(raw);
        enrol.elements.proof.value = base64(proof);
        enrol.submit();
      } catch (error) {
        say(`Ключ не создан: ${error.message}. Возьмите ключ на сервере.`);
        button.disabled = false;
      }
    });
  }

  // A remark on a whole copy names its sheet: asked here before anything is sent; without scripts the server asks.
  for (const remark of document.querySelectorAll(".pile input[name^='remark:']")) {
    const box = remark.closest("details");
    const sheet = box && box.querySelector("select[name^='sheet:']");
    if (!sheet) continue;
    const ask = () => { sheet.required = remark.value.trim() !== ""; };
    ask();
    remark.addEventListener("input", ask);
    // A field that is folded away cannot be asked for.
    sheet.addEventListener("invalid", () => { box.open = true; });
  }

  // The button says what a press would do now: without scripts it bears no number, for the server does not see a box being unticked.
  const board = document.getElementById("desk");
  const act = board && board.querySelector(".desk-act button[data-label]");
  if (act) {
    const ticks = [...board.querySelectorAll("input[name='tick']")];
    const fields = [...board.querySelectorAll("input[name^='remark:']")];
    const count = () => {
      let signed = 0;
      let remarked = 0;
      for (const tick of ticks) {
        const own = fields.filter((field) => field.name.startsWith(`remark:${tick.value}/`));
        const said = own.filter((field) => field.value.trim() !== "").length;
        remarked += said;
        // A remark speaks for its copy: the sheets beside it are signed by the same press.
        if (tick.checked || said > 0) signed += Math.max(0, Number(tick.dataset.sheets) - said);
      }
      const all = ticks.every((tick) => tick.checked || tick.disabled);
      const sheets = act.dataset.label === "sheets";
      let label = "Подписать отмеченное";
      if (signed > 0 && sheets && all) label = `Подписать все мои листы (${signed})`;
      else if (signed > 0) label = `${sheets ? "Подписать отмеченные листы" : "Подписать всё отмеченное"} (${signed})`;
      if (remarked > 0) label = signed > 0 ? `${label}, с замечанием: ${remarked}` : `Отправить замечания (${remarked})`;
      act.textContent = label;
      act.disabled = "shut" in act.dataset || signed + remarked === 0;
    };
    count();
    board.addEventListener("change", count);
    board.addEventListener("input", count);
    // A page that the browser took back from its memory has the ticks it was left with.
    window.addEventListener("pageshow", count);
  }

  // Signing: the server says what would be signed, this browser shows it with its digest and signs it.
  const desk = document.getElementById("desk");
  if (!desk || !desk.dataset.public) return;

  // Told before anything is pressed: is the key in this browser?
  const holds = async () => {
    for (const pair of await every()) {
      if (hex(await crypto.subtle.exportKey("raw", pair.publicKey)) === desk.dataset.public) return true;
    }
    return false;
  };
  holds().then(
    (here) => say(here
      ? "Ключ хранится в этом браузере: подпись ставится здесь, сервер её только проверяет."
      : "В этом браузере нет вашего ключа: подпишите в том, где он создан, или получите новый на странице «Мой ключ подписи»."),
    () => say("В этом браузере нет вашего ключа или он недоступен: подпишите в том, где он создан, или получите новый на странице «Мой ключ подписи»."),
  );

  desk.addEventListener("submit", async (event) => {
    if (desk.querySelector('input[name="signature"]')) return;
    event.preventDefault();
    const button = desk.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      const form = new URLSearchParams(new FormData(desk));
      const answer = await fetch("/desk/statements", { method: "POST", body: form });
      if (!answer.ok) throw new Error("сервер не дал заявлений");
      const statements = await answer.json();
      const pairs = await every();
      const shown = [];
      for (const one of statements) {
        const bytes = text(one.body);
        const digest = hex(await crypto.subtle.digest("SHA-256", bytes));
        shown.push(`${one.copy}, версия ${one.version}, листов ${one.sheets}: ${digest.slice(0, 16)}…`);
        const signature = await sign(pairs, one.body, bytes);
        for (const [name, value] of [["statement", one.body], ["signature", signature]]) {
          const field = document.createElement("textarea");
          field.name = name;
          field.hidden = true;
          field.value = value;
          desk.append(field);
        }
      }
      say(`Подписано в этом браузере: ${shown.join("; ")}`);
      if (statements.length > 0) desk.submit();
      else say("Подписывать нечего: обновите страницу.");
    } catch (error) {
      say(`Не подписано: ${error.message}`);
      for (const field of desk.querySelectorAll("textarea[hidden]")) field.remove();
      button.disabled = false;
    }
  });

  // The key whose certificate the person has now: the newest one made here for which the certificate was issued.
  const sign = async (pairs, body, bytes) => {
    const wanted = desk.dataset.public;
    for (const pair of pairs) {
      const raw = hex(await crypto.subtle.exportKey("raw", pair.publicKey));
      if (raw !== wanted) continue;
      return base64(await crypto.subtle.sign("Ed25519", pair.privateKey, bytes));
    }
    throw new Error("в этом браузере нет вашего ключа: подпишите в том, где он создан, или получите новый");
  };
})();
