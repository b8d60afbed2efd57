// Her permission to her agency: her key signs it before the form goes out; to end it her password is enough.
(() => {
  const form = document.querySelector("#permission");
  if (!form) return;
  const said = form.querySelector("[data-key-said]");
  const say = (sentence) => {
    said.textContent = sentence;
    said.hidden = !sentence;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    say("");
    try {
      const password = form.querySelector("#password")?.value;
      const act = form.elements.allowed.value === "yes" ? "allow" : "disallow";
      form.elements.word.value = password
        ? JSON.stringify({ confirmed: await window.herKey.proofOf(password) })
        : (await window.herKey.signed(act, [form.dataset.agency, ""])).at(-1);
      form.submit();
    } catch (refusal) {
      say(refusal.message);
    } finally {
      button.disabled = false;
    }
  });
})();
