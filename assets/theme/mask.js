// A mask over a picture: which pixels are marked, which are kept whatever is marked, what was before, and the mask as a PNG.
(() => {
  const STEPS = 24; // how many steps can be undone; one takes a byte a pixel

  class Mask {
    constructor(width, height) {
      this.width = width;
      this.height = height;
      this.marked = new Uint8Array(width * height);
      this.kept = new Uint8Array(width * height);
      this.before = [];
      this.after = [];
    }

    // Whatever changes the mask is one step; `change` is called with the mask's pixels.
    step(change) {
      this.before.push(this.marked.slice());
      if (this.before.length > STEPS) this.before.shift();
      this.after = [];
      if (change) change(this.marked);
      this.spare();
    }

    spare() {
      for (let at = 0; at < this.marked.length; at += 1) if (this.kept[at]) this.marked[at] = 0;
    }

    keep(pixels) {
      this.kept = pixels;
      for (const one of [this.marked, ...this.before, ...this.after]) for (let at = 0; at < one.length; at += 1) if (pixels[at]) one[at] = 0;
    }

    back(from, to) {
      if (!from.length) return;
      to.push(this.marked);
      this.marked = from.pop();
    }

    undo() { this.back(this.before, this.after); }
    redo() { this.back(this.after, this.before); }

    // A round brush drawn from one point to another; the rectangle that changed.
    stroke(from, to, radius, value) {
      const far = Math.hypot(to.x - from.x, to.y - from.y);
      const dabs = Math.max(1, Math.ceil(far / Math.max(1, radius / 4)));
      for (let dab = 0; dab <= dabs; dab += 1) {
        const part = dab / dabs;
        this.dab(from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part, radius, value);
      }
      const span = radius + 2;
      return { left: Math.min(from.x, to.x) - span, top: Math.min(from.y, to.y) - span, right: Math.max(from.x, to.x) + span, bottom: Math.max(from.y, to.y) + span };
    }

    dab(x, y, radius, value) {
      const top = Math.max(0, Math.floor(y - radius)), bottom = Math.min(this.height - 1, Math.ceil(y + radius));
      for (let row = top; row <= bottom; row += 1) {
        const half = Math.sqrt(Math.max(0, radius * radius - (row - y) * (row - y)));
        const left = Math.max(0, Math.ceil(x - half)), right = Math.min(this.width - 1, Math.floor(x + half));
        for (let at = row * this.width + left; at <= row * this.width + right; at += 1) this.marked[at] = this.kept[at] ? 0 : value;
      }
    }

    get share() {
      let count = 0;
      for (const one of this.marked) count += one;
      return count / this.marked.length;
    }

    // One channel, one bit a pixel (PNG specification, 3rd edition): white is marked.
    async png() {
      const wide = Math.ceil(this.width / 8);
      const rows = new Uint8Array((wide + 1) * this.height);
      for (let y = 0; y < this.height; y += 1)
        for (let x = 0; x < this.width; x += 1)
          if (this.marked[y * this.width + x]) rows[y * (wide + 1) + 1 + (x >> 3)] |= 128 >> (x & 7);
      const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate")));
      const head = new Uint8Array(13);
      new DataView(head.buffer).setUint32(0, this.width);
      new DataView(head.buffer).setUint32(4, this.height);
      head[8] = 1;
      const signature = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
      return new Blob([signature, chunk("IHDR", head), chunk("IDAT", new Uint8Array(await packed.arrayBuffer())), chunk("IEND", new Uint8Array())], { type: "image/png" });
    }
  }

  const TABLE = new Uint32Array(256).map((_, index) => {
    let code = index;
    for (let bit = 0; bit < 8; bit += 1) code = code & 1 ? 0xedb88320 ^ (code >>> 1) : code >>> 1;
    return code;
  });

  function chunk(name, content) {
    const made = new Uint8Array(12 + content.length), view = new DataView(made.buffer);
    view.setUint32(0, content.length);
    made.set(new TextEncoder().encode(name), 4);
    made.set(content, 8);
    let code = 0xffffffff;
    for (let at = 4; at < 8 + content.length; at += 1) code = TABLE[(code ^ made[at]) & 255] ^ (code >>> 8);
    view.setUint32(8 + content.length, (code ^ 0xffffffff) >>> 0);
    return made;
  }

  // The pixels of a black and white PNG at an address, 1 where it is white; throws with the sentence of a refusal.
  async function read(address, width, height) {
    const answer = await fetch(address, { headers: { accept: "image/png, application/json" } });
    if (!answer.ok) {
      let told = {};
      try { told = await answer.json(); } catch { /* no answer of ours */ }
      throw new Error(told.error ?? "The studio did not answer.");
    }
    const paper = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    paper.imageSmoothingEnabled = false;
    paper.drawImage(await createImageBitmap(await answer.blob()), 0, 0, width, height);
    const seen = paper.getImageData(0, 0, width, height).data, pixels = new Uint8Array(width * height);
    for (let at = 0; at < pixels.length; at += 1) pixels[at] = seen[at * 4] > 127 ? 1 : 0;
    return pixels;
  }

  window.Mask = Mask;
  window.readMask = read;
})();
