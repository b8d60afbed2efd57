// Photographs go up one at a time, so that each is told of as it arrives; without this script the form sends them together.
(() => {
  const send = (form, file, instead) => new Promise((done, failed) => {
    const body = new FormData();
    body.append("form", form.elements.form.value);
    if (instead) body.append("instead", instead);
    body.append("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("accept", "application/json");
    request.upload.onprogress = (event) => form.dispatchEvent(new CustomEvent("part", { detail: event.lengthComputable ? event.loaded / event.total : 0 }));
    request.onerror = () => failed(new Error("The connection was lost; what had arrived whole is kept, the rest is not."));
    request.onload = () => {
      let told = {};
      try { told = JSON.parse(request.responseText); } catch { /* no answer of ours */ }
      request.status < 400 ? done(told.refused ?? []) : failed(new Error(told.error ?? "The studio did not take this."));
    };
    request.send(body);
  });

  for (const form of document.querySelectorAll("[data-hand-in]")) {
    form.addEventListener("submit", async (event) => {
      const input = form.querySelector("input[type=file]");
      const files = [...input.files];
      if (!files.length) return;
      event.preventDefault();
      const said = form.querySelector("[data-progress]");
      const button = form.querySelector("button");
      button.disabled = input.disabled = true;
      said.hidden = false;
      try {
        for (const [at, file] of files.entries()) {
          const tell = (part) => { said.textContent = `${at + 1} of ${files.length}: ${file.name}, ${part < 1 ? `${Math.round(100 * part)} % sent` : "being looked at"} …`; };
          tell(0);
          form.addEventListener("part", (seen) => tell(seen.detail));
          await send(form, file, at === 0 ? form.elements.instead?.value : "");
        }
        location.reload();
      } catch (error) {
        said.textContent = error.message;
        button.disabled = input.disabled = false;
      }
    });
  }
})();
