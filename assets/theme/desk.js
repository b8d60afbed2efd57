// The keys of the review desk: each presses the button that can also be clicked, so that the mouse and the keys never differ.
(() => {
  const PRESS = { a: "#pass", s: "#skip", u: "#undo", e: "#open-second", c: "#open-comment", x: "#bare", l: "#large", m: "[data-draws=manipulation]", n: '[data-leaf="1"]', p: '[data-leaf="-1"]' };
  const WISHES = { b: 0, g: 1 };
  const SENDS = { reasons: "#refuse", second: "#escalate", talk: "#say", "many-panel": "#refuse-many" };
  const open = (panel) => document.querySelector(panel)?.offsetParent;
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
  // A number chooses in the open panel; without one it opens the reasons.
  const number = (which) => {
    const panel = ["#second", "#talk", "#reasons"].find(open);
    if (panel) document.querySelectorAll(`${panel} input[type=radio]`)[which - 1]?.click();
    else press("#open-refuse");
  };
  // R opens the reasons, and refuses once one of them is chosen.
  const refuse = () => press(open("#reasons") && document.querySelector("#reason input:checked") ? "#refuse" : "#open-refuse");
  // A panel comes from the server: its field is written in as soon as it is there.
  const write = (field, tries = 20) => {
    const found = document.querySelector(field);
    if (found?.offsetParent) found.focus();
    else if (tries) setTimeout(write, 100, field, tries - 1);
  };
  // What a finding points at: one group of the drawing at a time, and the faces when none is asked for.
  const draw = (name) => {
    for (const group of document.querySelectorAll("#case [data-drawn]")) group.classList.toggle("on", group.dataset.drawn === (name ?? "one_face"));
    for (const button of document.querySelectorAll("[data-draws]")) button.setAttribute("aria-pressed", String(button.dataset.draws === name));
    if (name && document.body.classList.contains("ts-bare")) press("#bare");
  };
  const drawNext = () => {
    const buttons = [...document.querySelectorAll("[data-draws]")];
    const at = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
    const next = buttons[at + 1];
    draw(next?.dataset.draws);
    next?.scrollIntoView({ block: "nearest" });
  };
  // The references: only the one that is looked at is fetched, since each look is recorded.
  const leaf = (place) => {
    const album = document.querySelector("#reference [data-leaves]");
    const leaves = album ? JSON.parse(album.dataset.leaves) : [];
    const at = place(Number(album?.dataset.at ?? 0), leaves);
    if (!leaves[at]) return;
    album.dataset.at = at;
    Object.assign(album.querySelector("img"), { src: leaves[at].url, alt: leaves[at].alt });
    album.querySelector("figcaption span").textContent = leaves[at].caption;
    album.querySelector('[data-leaf="-1"]').disabled = at === 0;
    album.querySelector('[data-leaf="1"]').disabled = at === leaves.length - 1;
  };
  document.addEventListener("keydown", (event) => {
    if (!document.querySelector("#desk")) return;
    if (typing(event.target)) {
      const panel = event.target.closest(Object.keys(SENDS).map((id) => `#${id}`).join());
      if (event.key === "Escape") event.target.blur();
      else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && panel) press(SENDS[panel.id]);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.key === "Escape") return;
    const keys = document.querySelector("#keys-dialog");
    const key = event.key.toLowerCase();
    if (key === "?") keys?.open ? keys.close() : keys?.showModal();
    else if (keys?.open) return;
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (/^[1-9]$/.test(key)) number(Number(key));
    else if (key === "f") drawNext();
    else if (key === "r") refuse();
    else if (key in WISHES) document.querySelectorAll("#wishes input")[WISHES[key]]?.click();
    else if (PRESS[key]) press(PRESS[key]);
    else return;
    if (key === "e") write("#second-note :is(textarea, input)");
    if (key === "c") write("#remark :is(textarea, input)");
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const asked = event.target.closest?.("[data-draws], [data-leaf], [data-leaf-to]");
    if (asked?.dataset.draws) draw(asked.getAttribute("aria-pressed") === "true" ? undefined : asked.dataset.draws);
    if (asked?.dataset.leaf) leaf((at) => at + Number(asked.dataset.leaf));
    if (asked?.dataset.leafTo) {
      leaf((_, leaves) => leaves.findIndex((one) => one.id === asked.dataset.leafTo));
      document.querySelector("#reference")?.scrollIntoView({ block: "nearest" });
    }
    const wish = event.target.closest?.("[data-wish]")?.dataset.wish;
    if (wish === "keys") document.querySelector("#keys-dialog")?.showModal();
    if (["bare", "large"].includes(wish)) {
      const on = document.body.classList.toggle(`ts-${wish}`);
      event.target.closest("[data-wish]").setAttribute("aria-pressed", String(on));
    }
  });
})();
