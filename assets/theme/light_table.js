// The light table: while a lamp moves, proofs come by an address of ours, one at a time and always for where the tools stand last.

const proofs = { wanted: null, busy: false, shown: "", form: "" };
const REST_MS = 120;
let rest = 0;

// Called by Gradio at every move, with the twin, the words and every tool's value.
window.followTable = (...tools) => {
  const figure = document.querySelector("#proof [data-negative]");
  if (!figure) return forget();
  proofs.wanted = { negative: figure.dataset.negative, tools };
  if (!proofs.busy) develop();
  return [];
};

// Called before the page asks for the words about a move. While something lies on the table they wait until the tools rest:
// of several moves only the last is answered, and what is never answered is forgotten.
window.restedTable = (values) => new Promise((done) => {
  clearTimeout(rest);
  if (document.querySelector("#proof [data-negative]")) rest = setTimeout(done, REST_MS, values);
  else done(values);
});

async function develop() {
  proofs.busy = true;
  while (proofs.wanted) {
    const { negative, tools: [twin, words, ...dials] } = proofs.wanted;
    proofs.wanted = null;
    const answer = await ask(negative, { twin: twin ?? "", words: words ?? "", dials: JSON.stringify(dials) });
    const figure = document.querySelector("#proof [data-negative]");
    if (figure?.dataset.negative !== negative) continue; // meanwhile another lies here
    if (answer?.ok) await show(figure, await answer.blob());
    else await refuse(figure, answer);
  }
  proofs.busy = false;
}

async function ask(negative, fields) {
  try {
    proofs.form ||= (await (await fetch("/form-token")).json()).form;
    const body = new URLSearchParams({ form: proofs.form, ...fields });
    const answer = await fetch(`/light-table/${negative}`, { method: "POST", body });
    if (answer.status === 403) proofs.form = "";
    return answer;
  } catch {
    return null;
  }
}

async function show(figure, picture) {
  const img = figure.querySelector("img");
  forget();
  proofs.shown = img.src = URL.createObjectURL(picture);
  figure.querySelector("[data-said]").textContent = "";
  await img.decode().catch(() => {});
}

// What may not be developed is not looked at either: the picture goes with the refusal.
async function refuse(figure, answer) {
  const told = answer ? (await answer.json().catch(() => ({}))).error : "The studio does not answer.";
  if (answer) figure.querySelector("img").removeAttribute("src");
  figure.querySelector("[data-said]").textContent = told ?? "This proof could not be made.";
}

function forget() {
  if (proofs.shown) URL.revokeObjectURL(proofs.shown);
  proofs.shown = "";
  return [];
}
