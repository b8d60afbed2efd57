// Signing a consent: first the password, then her key over the hash of the text that stands on this page, then the form goes out.
(() => {
  const form = document.querySelector("#consent-sign");
  if (!form) return;
  const said = form.querySelector("[data-key-said]");
  const say = (sentence) => {
    said.textContent = sentence;
    said.hidden = !sentence;
  };
  new MutationObserver(() => { said.hidden = !said.textContent; }).observe(said, { childList: true, characterData: true, subtree: true });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    say("");
    try {
      const [, , word] = await window.herKey.signed("consent", [form.dataset.draft, form.dataset.sha256, ""]);
      if (word && JSON.parse(word).unsigned) return;
      const password = form.querySelector("#password");
      form.elements.proof.value = password ? await window.herKey.proofOf(password.value) : "";
      form.elements.word.value = word;
      form.submit();
    } catch (refusal) {
      say(refusal.message);
    } finally {
      button.disabled = false;
    }
  });
})();
