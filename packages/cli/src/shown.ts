/** Words that are written beside secrets, a login in a URL, and the head of a PEM block. */
const NAMED = /SharedAccess|AccountKey=|-----BEGIN|\/\/[^/\s]*:[^/\s]*@/i;
/** Base64 that may be a key or a signature: from 18 characters on with padding, else from 22 on with both cases and a digit. */
const BASE64 = /^(?=[\w+/-]*={0,2}$)(?:.{18,}={1,2}$|(?=.*[A-Z])(?=.*[a-z])(?=.*\d).{22,}$)/;
const HEX = /^(?:0x)?[\da-f]{32,}$/i;

/** Whether a value may be a secret that was given for the wrong flag. */
export function looksSecret(value: string): boolean {
  const plain = value.replace(/[\s"'`,;]/g, '');
  return NAMED.test(value) || HEX.test(plain) || (BASE64.test(plain) && !areWords(plain));
}

/** Whether it is a name such as `Floor2-Room117-Thermostat`. Five small letters in a row are rare in the base64 of URLs. */
function areWords(text: string): boolean {
  return text.includes('-') && /[a-z]{5}/.test(text) && !/[_=]/.test(text);
}

/** A value of the caller's for an error message: in quotes, or only its length if it looks like a secret. */
export function shown(value: string): string {
  return looksSecret(value) ? `(${value.length} characters that look like a secret; not shown)` : JSON.stringify(value);
}
