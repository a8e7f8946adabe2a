// A stand-in for Shopify's Polaris: the one component that Lagniappe uses of it, in a look that is told from ours.
(() => {
  "use strict";
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { display: inline-block; padding: 0.05rem 0.5rem; border-radius: 8px; background: #e3e3e3; color: #303030;
      font-size: 0.8125rem; font-weight: 550; line-height: 1.6; }
    :host([tone="success"]) { background: #affebf; color: #014b40; }
    :host([tone="info"]) { background: #d5ebff; color: #003a5a; }
    :host([tone="warning"]) { background: #ffd6a4; color: #5e4200; }
    :host([tone="critical"]) { background: #fedad9; color: #8e1f0b; }
  `);
  customElements.define(
    "s-badge",
    class extends HTMLElement {
      constructor() {
        super();
        const shadow = this.attachShadow({ mode: "open" });
        shadow.adoptedStyleSheets = [sheet];
        shadow.append(document.createElement("slot"));
      }
    },
  );
})();
