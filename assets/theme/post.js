// A page of ours inside Gradio: its buttons send forms, and it loads again when its session has ended.

// Whoever signs out or comes in as somebody else in another tab leaves this one without a session; loading it again says so.
const ask = window.fetch;
window.fetch = async (...wanted) => {
  const answer = await ask(...wanted);
  if (answer.status === 401 && new URL(answer.url).origin === location.origin) location.reload();
  return answer;
};

// A button with data-post="/address" inside a Gradio page sends a form there, as a page of ours would.
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-post]");
  if (!button || button.disabled) return;
  event.preventDefault();
  const address = new URL(button.dataset.post, location.origin);
  if (address.origin !== location.origin) return;
  const answer = await fetch("/form-token", { credentials: "same-origin" });
  if (!answer.ok) return location.assign("/");
  const form = document.createElement("form");
  form.method = "post";
  form.action = address.pathname;
  for (const [name, value] of [["form", (await answer.json()).form], ...address.searchParams]) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
});
