// What pages do beyond plain HTML. Everything works without it, except passkeys.

// The way back must ask the server again, because the session may have ended.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

const passkeys = {
  async "sign-in"() {
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(await post("/passkey/sign-in-options"));
    return post("/passkey/sign-in", await navigator.credentials.get({ publicKey: options }));
  },
  async add(part) {
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(await post("/account/passkey-options"));
    const made = await navigator.credentials.create({ publicKey: options });
    const name = encodeURIComponent(part.querySelector("input").value);
    return post(`/account/passkeys?name=${name}`, made);
  },
};

async function post(address, body) {
  const sent = { method: "POST", body: body && JSON.stringify(body.toJSON()) };
  const answer = await fetch(address, sent);
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

for (const part of document.querySelectorAll("[data-passkey]")) {
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  part.hidden = false;
  const button = part.querySelector("button"), said = part.querySelector("[role=status]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      location.assign((await passkeys[part.dataset.passkey](part)).to);
    } catch {
      said.textContent = said.dataset.failed;
      button.disabled = false;
    }
  });
}
