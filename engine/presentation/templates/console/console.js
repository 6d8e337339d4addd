// What pages do beyond plain HTML. Everything works without it, except passkeys.

// The way back must ask the server again, because the session may have ended.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
