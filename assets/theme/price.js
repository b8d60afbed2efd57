// The price of a licence follows what is written in its form: the page is asked for it, nothing is computed here.
(() => {
  const form = document.querySelector("#licence");
  const place = document.querySelector("#price");
  if (!form || !place) return;
  let waiting;
  let asked = 0;
  const look = async () => {
    const mine = ++asked;
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", headers: { accept: "text/html" }, body: new URLSearchParams(new FormData(form)) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = page.querySelector("#price");
      if (mine === asked && found) place.replaceChildren(...found.childNodes);
    } finally {
      if (mine === asked) place.removeAttribute("aria-busy");
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => look().catch(() => {}), 400);
  };
  form.addEventListener("input", soon);
  soon();
})();
