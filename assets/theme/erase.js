// Being erased: her key signs the wish if this browser holds it; the form carries her password in any case.
(() => {
  const form = document.querySelector("#erase");
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
      form.elements.word.value = (await window.herKey.signed("erase", [form.dataset.person, ""], async () => "")).at(-1);
      form.submit();
    } catch (refusal) {
      say(refusal.message);
      button.disabled = false;
    }
  });
})();
