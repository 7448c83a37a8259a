/** The only class here that is not part of ECMAScript. Browsers and Node both have it; the types of neither are loaded in this folder. */
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}
