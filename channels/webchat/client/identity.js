// Who the host's page says its visitor is: a JWT, or an object with the id and its hash (docs/web-chat.md).

function readIdentity(given) {
  if (!given) return null;
  if (typeof given === "object") return { ...given, id: String(given.id) }; // many sites number their users
  if (!given.trim().startsWith("{")) return given.trim() || null;
  try {
    return readIdentity(JSON.parse(given));
  } catch {
    console.warn("Omnidesk: data-identity is neither a JWT nor JSON; the visitor stays anonymous.");
    return null;
  }
}

/** The id in it. Nothing is decided by it but which waiting messages are this person's. */
function idIn(identity) {
  if (!identity) return "";
  if (typeof identity === "object") return String(identity.id ?? "");
  try {
    const claims = identity.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return String(JSON.parse(atob(claims)).sub ?? "");
  } catch {
    return "";
  }
}
