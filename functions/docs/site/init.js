"use strict";

// Swagger UI, with one thing more: the last token that any dialect gave is sent with the next call
// that takes one. Tokens and secrets are in this page's memory only, and gone with it.

(() => {
  const SCHEME = "accessToken";
  const line = document.getElementById("token");
  let last = "";

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", paint);
  paint();

  /** The token in an answer: OAuth's member, Magento's bare string, or the same in XML and SOAP. */
  function tokenIn(response) {
    const type = response.headers["content-type"] || "";
    if (!response.ok || !response.text) return null;
    if (type.includes("json")) {
      const value = JSON.parse(response.text);
      if (typeof value === "string") return value;
      // A token bound to a key cannot be sent as Bearer.
      return value && value.token_type === "Bearer" ? value.access_token : null;
    }
    if (type.includes("xml")) {
      const document = new DOMParser().parseFromString(response.text, "application/xml");
      const element = document.querySelector("response, result");
      const text = element && element.children.length === 0 ? element.textContent : "";
      return text === "true" ? null : text;
    }
    return null;
  }

  function keep(response) {
    let token = null;
    try {
      token = tokenIn(response);
    } catch {
      // An answer that cannot be read holds no token.
    }
    if (token) {
      last = token;
      ui.preauthorizeApiKey(SCHEME, token);
      const { pathname } = new URL(response.url, window.location.href);
      line.firstElementChild.textContent = `The next calls carry the token from ${pathname}`;
      line.hidden = false;
    }
    return response;
  }

  line.lastElementChild.addEventListener("click", () => {
    last = "";
    ui.getSystem().authActions.logout([SCHEME, "oauth2"]);
    line.hidden = true;
  });

  /** Fields of forms begin with their example, the last token, or nothing; never with "string". */
  function beginning(schema) {
    const plain = typeof schema.toJS === "function" ? schema.toJS() : schema;
    if (plain.type === "array") return [];
    return plain["x-last-token"] ? last : (plain.examples?.[0] ?? "");
  }

  const formFields = () => ({
    afterLoad() {
      const sample = this.fn.getSampleSchema;
      // Only for a form's field is the media type false.
      this.fn.getSampleSchema = (schema, type, ...rest) =>
        type === false ? beginning(schema) : sample(schema, type, ...rest);
    },
  });

  const ui = window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    docExpansion: "list",
    persistAuthorization: false,
    plugins: [formFields],
    responseInterceptor: keep,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
})();
