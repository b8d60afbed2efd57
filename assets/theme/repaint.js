// Marking the part of a picture that is repainted, with mouse, finger, pen or keys, and ordering it.
(() => {
  const easel = document.querySelector("[data-repaint]");
  const canvas = easel?.querySelector("[data-mask]");
  if (!canvas) return;
  const one = (name) => easel.querySelector(`[data-${name}]`);
  const width = Number(easel.dataset.width), height = Number(easel.dataset.height), address = easel.dataset.address;
  const mask = new Mask(width, height);
  easel.style.setProperty("--ratio", width / height);
  const paper = canvas.getContext("2d");
  const brush = one("brush"), form = one("order"), status = one("status"), go = one("go"), size = one("size");
  const point = { x: width / 2, y: height * 0.75 };
  let down = null, held = false, ready = false;

  // What is seen ------------------------------------------------------------------------------------------------
  const MARKED = [217, 64, 43, 118], EDGE = [255, 255, 255, 255], DARK = [30, 26, 22, 200], LIGHT = [255, 255, 255, 150];

  function colour(x, y) {
    const at = y * width + x;
    if (mask.kept[at]) {
      if (edge(mask.kept, x, y, 2)) return DARK;
      return (x + y) % 24 < 2 ? LIGHT : (x + y) % 24 < 3 ? DARK : null;
    }
    if (!mask.marked[at]) return null;
    return edge(mask.marked, x, y, 2) ? EDGE : MARKED;
  }

  function edge(pixels, x, y, far) {
    const there = (column, row) => column < 0 || row < 0 || column >= width || row >= height || pixels[row * width + column];
    return !(there(x - far, y) && there(x + far, y) && there(x, y - far) && there(x, y + far));
  }

  function draw(part) {
    const left = Math.max(0, Math.floor(part?.left ?? 0) - 3), top = Math.max(0, Math.floor(part?.top ?? 0) - 3);
    const right = Math.min(width, Math.ceil(part?.right ?? width) + 3), bottom = Math.min(height, Math.ceil(part?.bottom ?? height) + 3);
    if (right <= left || bottom <= top) return;
    const seen = paper.createImageData(right - left, bottom - top);
    for (let y = top; y < bottom; y += 1)
      for (let x = left; x < right; x += 1) {
        const ink = colour(x, y);
        if (ink) seen.data.set(ink, ((y - top) * (right - left) + x - left) * 4);
      }
    paper.putImageData(seen, left, top);
  }

  function tell(said) {
    const share = mask.share;
    const marked = share === 0 ? "Nothing is marked yet." : `${share < 0.01 ? "Less than 1" : Math.round(share * 100)} % of the picture is marked.`;
    status.textContent = [marked, said].filter(Boolean).join(" ");
    one("undo").disabled = !mask.before.length;
    one("redo").disabled = !mask.after.length;
    go.disabled = !ready || share === 0;
  }

  function changed(said) { draw(); tell(said); }

  function place() {
    const scale = canvas.clientWidth / width, across = 2 * radius() * scale;
    brush.style.width = brush.style.height = `${across}px`;
    brush.style.transform = `translate(${point.x * scale - across / 2}px, ${point.y * scale - across / 2}px)`;
    brush.dataset.mode = mode();
  }

  // The brush ---------------------------------------------------------------------------------------------------
  const radius = () => Number(size.value) / 2 * (width / 512);
  const mode = () => form.elements.brush.value;
  const value = () => (mode() === "mark" ? 1 : 0);

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) * width / box.width, y: (event.clientY - box.top) * height / box.height };
  }

  function paint(to) {
    draw(mask.stroke(down, to, radius(), value()));
    down = to;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    mask.step();
    down = at(event);
    Object.assign(point, down);
    paint(down);
    brush.hidden = false;
    place();
    event.preventDefault();
    canvas.focus({ preventScroll: true });
  });
  canvas.addEventListener("pointermove", (event) => {
    Object.assign(point, at(event));
    brush.hidden = false;
    place();
    if (!down) return;
    const every = event.getCoalescedEvents?.() ?? [];
    for (const seen of every.length ? every : [event]) paint(at(seen));
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { if (down) { down = null; tell(); } });
  canvas.addEventListener("pointerleave", () => { brush.hidden = document.activeElement !== canvas; });
  canvas.addEventListener("focus", () => { brush.hidden = false; place(); });
  canvas.addEventListener("blur", () => { brush.hidden = true; held = false; });

  // Keys --------------------------------------------------------------------------------------------------------
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function move([x, y], far) {
    const from = { ...point };
    const step = radius() * (far ? 2 : 0.5);
    point.x = Math.min(width, Math.max(0, point.x + x * step));
    point.y = Math.min(height, Math.max(0, point.y + y * step));
    if (held) draw(mask.stroke(from, point, radius(), value()));
    place();
    if (held) tell();
  }

  function dab() {
    mask.step();
    draw(mask.stroke(point, point, radius(), value()));
    tell();
  }

  const KEYS = {
    " ": dab,
    Enter: dab,
    p: () => { held = !held; if (held) dab(); tell(held ? "The brush is down." : "The brush is up."); },
    x: () => { form.elements.brush.value = mode() === "mark" ? "erase" : "mark"; place(); tell(mode() === "mark" ? "The brush marks." : "The brush erases."); },
    "[": () => { size.stepDown(4); told(); },
    "]": () => { size.stepUp(4); told(); },
  };

  canvas.addEventListener("keydown", (event) => {
    const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = event.ctrlKey || event.metaKey
      ? { z: event.shiftKey ? redo : undo, y: redo }[letter]
      : ARROWS[event.key] ? () => move(ARROWS[event.key], event.shiftKey) : KEYS[letter];
    if (!act) return;
    event.preventDefault();
    act();
  });

  // The tools ---------------------------------------------------------------------------------------------------
  function undo() { mask.undo(); changed(); }
  function redo() { mask.redo(); changed(); }
  function told() { one("size-told").textContent = size.value; place(); }

  one("undo").addEventListener("click", undo);
  one("redo").addEventListener("click", redo);
  one("clear").addEventListener("click", () => { mask.step((pixels) => pixels.fill(0)); changed(); });
  one("invert").addEventListener("click", () => { mask.step((pixels) => pixels.forEach((was, place) => { pixels[place] = was ? 0 : 1; })); changed(); });
  size.addEventListener("input", told);
  for (const choice of form.querySelectorAll("[data-mode]")) choice.addEventListener("change", place);
  for (const button of form.querySelectorAll("[data-part]")) button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const part = button.dataset.part === "all" ? new Uint8Array(width * height).fill(1) : await readMask(`${address}/part/${button.dataset.part}`, width, height);
      mask.step((pixels) => part.forEach((there, place) => { if (there) pixels[place] = value(); }));
      changed();
    } catch (error) {
      tell(error.message);
    }
    button.disabled = false;
  });
  for (const group of form.querySelectorAll("[data-chosen]")) {
    const name = group.dataset.chosen;
    form.addEventListener("change", () => {
      const chosen = form.querySelector(`input[name="${name}"]:checked`);
      group.textContent = chosen?.value ? chosen.parentElement.textContent.trim() : "";
    });
  }
  new ResizeObserver(place).observe(canvas);

  // The order ---------------------------------------------------------------------------------------------------
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const complaint = one("complaint");
    complaint.hidden = true;
    go.disabled = true;
    try {
      const body = new FormData();
      for (const [name, said] of new FormData(form)) if (name !== "brush") body.append(name, said);
      body.append("mask", await mask.png(), "mask.png");
      const answer = await fetch(form.action, { method: "POST", body, headers: { accept: "application/json" } });
      let said = {};
      try { said = await answer.json(); } catch { /* no answer of ours */ }
      if (!answer.ok) throw new Error(said.error ?? "The studio did not take this order.");
      one("told").textContent = `It is no. ${said.number} of the shoot “${said.shoot}”, and waits for the painter.`;
      form.hidden = true;
      one("done").hidden = false;
      one("done").focus();
    } catch (error) {
      complaint.textContent = error instanceof TypeError ? "The connection was lost; nothing was ordered. Try again." : error.message;
      complaint.hidden = false;
      go.disabled = false;
    }
  });
  one("again").addEventListener("click", () => { one("done").hidden = true; form.hidden = false; tell(); });

  readMask(`${address}/part/face`, width, height)
    .then((pixels) => { mask.keep(pixels); ready = true; changed(pixels.includes(1) ? "Her face is found and kept." : "No face is seen here."); })
    .catch((error) => { ready = true; changed(`Her face cannot be shown (${error.message}), and is kept all the same.`); });
  place();
})();
