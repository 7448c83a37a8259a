export const NOTHING: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
