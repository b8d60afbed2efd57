// Her permission to her agency: her key signs it before the form goes out; to end it her password is enough.
(() => {
  const form = document.querySelector("#permission");
  if (!form) return;
  const said = form.querySelector("[data-key-said]");
  const say = (sentence) => {
    said.textContent = sentence;
    said.hidden = !sentence;
  };
  const proofOf = async (password) => {
    const { form: token } = await (await fetch("/form-token")).json();
    const answer = await fetch("/confirm", { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams({ form: token, password }) });
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(told.error ?? "The studio did not answer; try again.");
    return told.proof;
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
        ? JSON.stringify({ confirmed: await proofOf(password) })
        : (await window.herKey.signed(act, [form.dataset.agency, ""])).at(-1);
      form.submit();
    } catch (refusal) {
      say(refusal.message);
    } finally {
      button.disabled = false;
    }
  });
})();
