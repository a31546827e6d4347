// The server says times in the browser's zone: it learns the zone from this cookie.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; Secure" : "";
document.cookie = `omnidesk_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
