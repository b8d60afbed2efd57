// The keys of the review desk: each presses the button that can also be clicked, so that the mouse and the keys never differ.
(() => {
  const PRESS = { a: "#pass", s: "#skip", r: "#open-refuse", b: "#blur", g: "#grey" };
  const typing = (element) => element?.closest?.("textarea, input:not([type=radio]):not([type=checkbox]), [contenteditable], select");
  const press = (selector) => {
    const found = document.querySelector(selector);
    const button = found?.matches("button") ? found : found?.querySelector("button");
    if (button && !button.disabled) button.click();
  };
  const step = (by) => {
    const rows = [...document.querySelectorAll("#queue input[type=radio]")];
    const at = rows.findIndex((row) => row.checked);
    rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.click();
  };
  const reason = (number) => {
    const choice = document.querySelectorAll("#reason input[type=radio]")[number - 1];
    if (choice) choice.click();
    else press("#open-refuse");
  };
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("#desk") || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = document.querySelector("#keys-dialog");
    if (event.key === "Escape") return;
    if (typing(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "?") keys?.open ? keys.close() : keys?.showModal();
    else if (keys?.open) return;
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (/^[1-9]$/.test(key)) reason(Number(key));
    else if (PRESS[key]) press(PRESS[key]);
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const wish = event.target.closest?.("[data-wish]")?.dataset.wish;
    if (wish === "keys") document.querySelector("#keys-dialog")?.showModal();
    if (wish === "blur" || wish === "grey") {
      const on = document.body.classList.toggle(`ts-${wish}`);
      event.target.closest("[data-wish]").setAttribute("aria-pressed", String(on));
    }
  });
})();
