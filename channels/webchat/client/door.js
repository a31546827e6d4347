// The element on the page, and the few things a page may call: window.Omnidesk (docs/web-chat.md).

class ChatElement extends HTMLElement {
  /** The top layer is above every z-index and outside of every transform of the page. */
  connectedCallback() {
    const { root } = chat.panel;
    if (!this.shadowRoot) {
      const sheet = new CSSStyleSheet(); // a constructed sheet passes any Content-Security-Policy
      sheet.replaceSync(config.css);
      this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      this.shadowRoot.append(root);
    }
    root.popover = "manual";
    root.showPopover?.();
  }
}

let chat = null;

function appear() {
  if (!tag || customElements.get("omnidesk-chat")) return;
  chat = new Chat();
  chat.begin();
  customElements.define("omnidesk-chat", ChatElement);
  // Not in the body: frameworks swap that for another one when a link is followed.
  document.documentElement.append(document.createElement("omnidesk-chat"));
  window.Omnidesk = Object.freeze({
    open: () => chat.toggle(true),
    close: () => chat.toggle(false),
    identify: (identity) => chat.identify(identity),
    on: (name, listener) => chat.on(name, listener),
  });
  document.dispatchEvent(new Event("omnidesk:ready"));
}

// A page may carry the tag twice: the second one does nothing. Before there is a body, we would stand in its place.
if (document.body) appear();
else document.addEventListener("DOMContentLoaded", appear);
