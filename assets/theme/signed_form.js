// A form that carries her word: her key signs it in this browser, or her password stands for it, before the form goes out.
(() => {
  const signed = async (...told) => (await window.herKey.signed(...told)).at(-1);
  const words = {
    // Being erased needs no key: the form carries her password in any case.
    erase: ({ dataset }) => signed("erase", [dataset.person, ""], async () => ""),
    // To end her permission to her agency her password is enough.
    permission: async (form) => {
      const password = form.querySelector("#password")?.value;
      if (password) return JSON.stringify({ confirmed: await window.herKey.proofOf(password) });
      return signed(form.elements.allowed.value === "yes" ? "allow" : "disallow", [form.dataset.agency, ""]);
    },
  };
  const form = document.querySelector(Object.keys(words).map((id) => `form#${id}`).join());
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
      form.elements.word.value = await words[form.id](form);
      form.submit();
    } catch (refusal) {
      say(refusal.message);
      button.disabled = false;
    }
  });
})();
