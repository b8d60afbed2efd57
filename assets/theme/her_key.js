// Her key: made in this browser, kept where no script can read it, and asked to sign exactly what she decides.
(() => {
  const CURVE = { name: "ECDSA", namedCurve: "P-256" };
  const SIGNS = { name: "ECDSA", hash: "SHA-256" };
  const ROUNDS = 600_000; // PBKDF2 with SHA-256, as OWASP's cheat sheet on passwords asks
  const FILE = "twin-studio key 1";
  const SHORTEST = 12;
  const bytes = (text) => new TextEncoder().encode(text);
  const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const unbase64 = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const sha256 = async (buffer) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", buffer))].map((one) => one.toString(16).padStart(2, "0")).join("");

  // Where keys lie: the browser hands back an object that signs, never its content.
  const inStore = (mode, act) => new Promise((done, failed) => {
    const opening = indexedDB.open("twin-studio", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("keys", { keyPath: "fingerprint" });
    opening.onerror = () => failed(new Error("This browser keeps no keys: it may be in private mode."));
    opening.onsuccess = () => {
      const moved = opening.result.transaction("keys", mode);
      const asked = act(moved.objectStore("keys"));
      moved.oncomplete = () => { opening.result.close(); done(asked.result); };
      moved.onabort = moved.onerror = () => failed(new Error("This browser could not keep the key."));
    };
  });
  const held = async (fingerprint, person) => {
    const found = fingerprint && crypto.subtle ? await inStore("readonly", (keys) => keys.get(fingerprint)) : undefined;
    return found?.person === person ? found.key : undefined;
  };
  const keep = (one) => inStore("readwrite", (keys) => keys.put(one));
  const drop = (fingerprint) => inStore("readwrite", (keys) => keys.delete(fingerprint));
  const sign = async (key, text) => base64(await crypto.subtle.sign(SIGNS, key, bytes(text)));

  const answered = async (answer) => {
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(said.error ?? "The studio did not answer; try again.");
    return said;
  };
  const ask = async (path) => answered(await fetch(path, { headers: { accept: "application/json" } }));
  const send = async (path, fields) => {
    const { form } = await ask("/form-token");
    return answered(await fetch(path, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams({ form, ...fields }) }));
  };

  // The file for a second device: the private key under a passphrase that nobody else knows.
  const locked = async (passphrase, salt, rounds) => {
    const told = await crypto.subtle.importKey("raw", bytes(passphrase.normalize("NFC")), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return crypto.subtle.deriveKey(how, told, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  };
  const file = async (pkcs8, spki, fingerprint, passphrase) => {
    const [salt, iv] = [crypto.getRandomValues(new Uint8Array(16)), crypto.getRandomValues(new Uint8Array(12))];
    const lock = await locked(passphrase, salt, ROUNDS);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytes(fingerprint) }, lock, pkcs8);
    const said = { format: FILE, fingerprint, public_key: base64(spki), rounds: ROUNDS, salt: base64(salt), iv: base64(iv), sealed: base64(sealed) };
    return JSON.stringify(said, null, 1);
  };
  const download = (text, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const make = async (standing, proof = "", passphrase = "") => {
    insistOnCrypto();
    // Only a pair that she takes away in a file can be read at all, and only now: what stays here never can.
    const pair = await crypto.subtle.generateKey(CURVE, Boolean(passphrase), ["sign", "verify"]);
    const spki = await crypto.subtle.exportKey("spki", pair.publicKey);
    const fingerprint = await sha256(spki);
    let [key, taken] = [pair.privateKey, ""];
    if (passphrase) {
      const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
      taken = await file(pkcs8, spki, fingerprint, passphrase);
      key = await crypto.subtle.importKey("pkcs8", pkcs8, CURVE, false, ["sign"]);
    }
    await keep({ fingerprint, person: standing.person, key });
    try {
      const old = await held(standing.fingerprint, standing.person);
      const { statement } = await send("/my-key/statement", { public_key: base64(spki) });
      const endorsement = old ? await sign(old, statement) : "";
      const now = await send("/my-key", { public_key: base64(spki), statement, signature: await sign(key, statement), endorsement, proof });
      if (taken) download(taken, `key-${standing.login}-${fingerprint.slice(0, 8)}.json`);
      return now;
    } catch (refusal) {
      await drop(fingerprint);
      throw refusal;
    }
  };
  const bring = async (standing, text, passphrase) => {
    insistOnCrypto();
    let said, pkcs8, spki;
    try {
      said = JSON.parse(text);
      spki = unbase64(said.public_key);
      if (said.format !== FILE || said.rounds > 10_000_000 || (await sha256(spki)) !== said.fingerprint) throw new Error();
    } catch {
      throw new Error("This file is no key of this studio's.");
    }
    if (![standing.fingerprint, standing.waiting].includes(said.fingerprint)) throw new Error("This file holds another key than the one that is yours here.");
    try {
      const lock = await locked(passphrase, unbase64(said.salt), said.rounds);
      pkcs8 = await crypto.subtle.decrypt({ name: "AES-GCM", iv: unbase64(said.iv), additionalData: bytes(said.fingerprint) }, lock, unbase64(said.sealed));
    } catch {
      throw new Error("The passphrase does not open this file.");
    }
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, CURVE, false, ["sign"]);
    const seen = await crypto.subtle.importKey("spki", spki, CURVE, false, ["verify"]);
    if (!(await crypto.subtle.verify(SIGNS, seen, await crypto.subtle.sign(SIGNS, key, spki), spki))) throw new Error("The two halves of this key do not belong together.");
    await keep({ fingerprint: said.fingerprint, person: standing.person, key });
  };
  const insistOnCrypto = () => {
    if (!crypto.subtle) throw new Error("A browser makes and uses keys only over https, or on this very machine.");
  };

  // What is signed must be what stands on the page: this image, these bytes of it, this fee.
  const insistOn = (fits) => {
    if (!fits) throw new Error("What the studio asks you to sign is not what stands on this page. Nothing was signed; load the page again.");
  };
  // Each thing is said once, in the one way of writing it: what this browser reads is what everybody reads.
  const isPlain = (said, statement) => JSON.stringify(said, Object.keys(said).sort()) === statement;
  const imageStatement = async (act, place, fields, fingerprint) => {
    const shown = document.querySelector(`${place} [data-image]`)?.dataset;
    if (!shown) throw new Error("No image stands on this page.");
    const { statement } = await send(`/statement/image/${encodeURIComponent(shown.image)}`, { choice: act, key: fingerprint, ...fields });
    const said = JSON.parse(statement);
    insistOn(isPlain(said, statement));
    insistOn(said.kind === "signoff" && said.choice === act && said.key === fingerprint && said.render_id === shown.image);
    insistOn(String(said.version) === shown.version && said.sealed_sha256 === shown.sealed && `${said.fee_minor} ${said.currency}` === shown.fee);
    insistOn((said.reason_code ?? "") === (fields.reason ?? "") && said.note_sha256 === (fields.note ? await sha256(bytes(fields.note)) : null));
    if (act === "approve") {
      const seen = await fetch(document.querySelector("#case img").src);
      insistOn((await sha256(await seen.arrayBuffer())) === said.preview_sha256);
      insistOn(JSON.stringify(said.renditions) === JSON.stringify(["sealed file", ...JSON.parse(fields.renditions)]));
    }
    return statement;
  };
  const backStatement = async (scope, subject, reason, fingerprint) => {
    const path = `/statement/taking-back/${encodeURIComponent(scope)}/${encodeURIComponent(subject)}`;
    const { statement } = await send(path, { key: fingerprint, reason });
    const said = JSON.parse(statement);
    insistOn(isPlain(said, statement) && said.kind === "revocation" && said.scope === scope && said.subject_id === subject && said.key === fingerprint);
    return statement;
  };
  // The hash that is signed must be that of the letters on this page.
  const consentStatement = async (draft, seen, fingerprint) => {
    const { statement } = await send(`/statement/consent/${encodeURIComponent(draft)}`, { key: fingerprint });
    const said = JSON.parse(statement);
    insistOn(said.kind === "consent" && said.draft_id === draft && said.key === fingerprint && said.text_sha256 === seen);
    insistOn((await sha256(bytes(document.querySelector("[data-consent-text]").textContent))) === seen);
    return statement;
  };
  const permissionStatement = async (allowed, agency, fingerprint) => {
    const { statement } = await send("/statement/my-agency", { allowed: allowed ? "yes" : "no", key: fingerprint });
    const said = JSON.parse(statement);
    insistOn(isPlain(said, statement) && said.kind === "refusal on her behalf" && said.key === fingerprint);
    insistOn(said.allowed === allowed && said.agency_id === agency);
    return statement;
  };
  const erasureStatement = async (person, fingerprint) => {
    const { statement } = await send("/statement/my-data/erase", { key: fingerprint });
    const said = JSON.parse(statement);
    insistOn(isPlain(said, statement) && said.kind === "erasure" && said.person_id === person && said.key === fingerprint);
    return statement;
  };
  const text = (given) => (given ?? "").trim();
  const ACTS = {
    approve: ([, allowed], key) => imageStatement("approve", "#case-words", { renditions: JSON.stringify(["smaller copies", "crops"].filter((one) => (allowed ?? []).includes(one))) }, key),
    refuse: ([, reason, note], key) => imageStatement("refuse", "#case-words", { reason: reason ?? "", note: text(note) }, key),
    change: ([, note], key) => imageStatement("change", "#case-words", { note: text(note) }, key),
    undo: (_, key) => imageStatement("undo", "#mine-words", {}, key),
    withdraw: (_, key) => backStatement("image", document.querySelector("#mine-words [data-image]").dataset.image, "", key),
    revoke: ([subject, why], key) => {
      const [scope, id] = (subject ?? "").split(/:(.*)/s);
      if (!id) throw new Error("Choose first what you want to take back.");
      return backStatement(scope, id, text(why), key);
    },
    consent: ([draft, seen], key) => consentStatement(draft, seen, key),
    allow: ([agency], key) => permissionStatement(true, agency, key),
    disallow: ([agency], key) => permissionStatement(false, agency, key),
    erase: ([person], key) => erasureStatement(person, key),
  };
  const KEY_ALONE = {
    approve: "so it cannot say yes for you",
    consent: "and a consent counts only when it signs",
    allow: "and only your key can give this permission",
  };
  const withPassword = async () => JSON.stringify({ confirmed: await password() });
  const word = async (act, given, unsigned) => {
    let standing = await ask("/my-key");
    let key = await held(standing.fingerprint, standing.person);
    if (!key && standing.open && crypto.subtle) {
      standing = await make(standing);
      key = await held(standing.fingerprint, standing.person);
    }
    if (key) {
      const statement = await ACTS[act](given, standing.fingerprint);
      return JSON.stringify({ statement, signature: await sign(key, statement) });
    }
    if (act in KEY_ALONE && !standing.fingerprint) throw new Error("You have no key yet: make one first, then this can be signed.");
    if (act in KEY_ALONE) throw new Error(`This browser does not hold your key, ${KEY_ALONE[act]}. Bring the key, or make one, under “Your key” on the page My twin.`);
    return standing.open ? "" : unsigned();
  };

  const say = (sentence) => {
    for (const place of document.querySelectorAll("[data-key-said]")) place.textContent = sentence;
  };
  // Called by the page's buttons before their event goes out: the same values, the last of them being her word.
  // Where this browser does not hold her key, `unsigned` says what stands in its place.
  const signed = async (act, given, unsigned = withPassword) => {
    say("");
    try {
      return [...given.slice(0, -1), await word(act, given, unsigned)];
    } catch (refusal) {
      say(refusal.message);
      throw refusal;
    } finally {
      look();
    }
  };

  // What the page shows: whether the key is here, elsewhere, or not there yet. The style sheet shows the words that fit.
  const look = async () => {
    try {
      const standing = await ask("/my-key");
      const here = await held(standing.fingerprint, standing.person);
      document.body.dataset.key = here ? "here" : standing.fingerprint ? "elsewhere" : "none";
      document.body.dataset.demo = String(standing.open);
    } catch (refusal) {
      say(refusal.message);
    }
  };

  const open = (name) => {
    const dialog = document.querySelector(`#${name}`);
    if (!dialog) throw new Error("This browser does not hold your key: give your password instead.");
    dialog.querySelector("form").reset();
    for (const input of dialog.querySelectorAll("[data-key-when=studio] input")) input.disabled = document.body.dataset.demo === "true";
    dialog.querySelector("[role=alert]").textContent = "";
    dialog.showModal();
    return dialog;
  };
  const proofOf = async (given) => (await send("/confirm", { password: given })).proof;
  const password = () => new Promise((done, failed) => {
    const dialog = open("key-password");
    dialog.addEventListener("close", () => (dialog.proof ? done(dialog.proof) : failed(new Error("Nothing was done."))), { once: true });
    dialog.proof = undefined;
  });
  const SUBMIT = {
    "key-password": async (dialog, said) => {
      dialog.proof = await proofOf(said.password);
    },
    "key-make": async (_, said) => {
      const standing = await ask("/my-key");
      if (said.passphrase && said.passphrase.length < SHORTEST) throw new Error(`A passphrase has at least ${SHORTEST} characters: four or five words that nobody would guess.`);
      if (said.passphrase !== said.again) throw new Error("The two passphrases differ.");
      await make(standing, standing.open ? "" : await proofOf(said.password), said.passphrase);
      setTimeout(() => location.reload(), said.passphrase ? 1500 : 0);
    },
    "key-bring": async (_, said) => {
      await bring(await ask("/my-key"), await said.file.text(), said.passphrase);
      say("This browser holds your key now.");
    },
  };
  document.addEventListener("submit", async (event) => {
    const dialog = event.target.closest?.("dialog");
    if (!SUBMIT[dialog?.id] || event.submitter?.value === "cancel") return;
    event.preventDefault();
    const sending = event.target.querySelector("button:not([value=cancel])");
    sending.disabled = true;
    try {
      await SUBMIT[dialog.id](dialog, Object.fromEntries(new FormData(event.target)));
      dialog.close();
      look();
    } catch (refusal) {
      dialog.querySelector("[role=alert]").textContent = refusal.message;
    } finally {
      sending.disabled = false;
    }
  });
  document.addEventListener("click", (event) => {
    const wanted = event.target.closest?.("[data-key-open]")?.dataset.keyOpen;
    if (wanted) open(wanted);
  });
  window.herKey = { signed, proofOf };
  look();
})();
