// The server says times in the browser's zone: it learns the zone from this cookie.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const secure = location.protocol === "https:" ? "; Secure" : "";
const cookie = `omnidesk_zone=${zone}`;
const knows = () => document.cookie.split("; ").includes(cookie);
const knew = knows();
document.cookie = `${cookie}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
if (!knew && knows() && document.querySelector("main time")) location.reload();
