export const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** For what the standard forbids by a format and not by a numbered statement: it closes the connection all the same. */
export const UNNUMBERED = '4.8.0-1';
