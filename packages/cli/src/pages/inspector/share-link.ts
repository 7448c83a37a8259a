/** A text as the fragment of an address. Browsers do not send fragments, so no server gets the text. */
export function fragmentOf(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return `#${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** The text of a fragment. Undefined if it is none of `fragmentOf`. */
export function textOf(fragment: string): string | undefined {
  if (!/^#[\w-]+$/.test(fragment)) return undefined;
  try {
    const binary = atob(fragment.slice(1).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
