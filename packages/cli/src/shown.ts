/** Words that stand beside secrets, a login in a URL, PEM. */
const NAMED = /SharedAccess|AccountKey=|-----BEGIN|\/\/[^/\s]*:[^/\s]*@/i;
/** Base64 as keys and signatures are: long, with letters of both cases and digits, or padded. */
const BASE64 = /^(?=[\w+/-]*={0,2}$)(?:.{18,}={1,2}$|(?=.*[A-Z])(?=.*[a-z])(?=.*\d).{22,}$)/;
const HEX = /^(?:0x)?[\da-f]{32,}$/i;

/** Whether it may be a secret that was given in the place of something else. */
export function looksSecret(value: string): boolean {
  const plain = value.replace(/[\s"'`,;]/g, '');
  return NAMED.test(value) || HEX.test(plain) || (BASE64.test(plain) && !areWords(plain));
}

/** `Floor2-Room117-Thermostat`: in base64 of URLs letters of the same kind do not stand together for long. */
function areWords(text: string): boolean {
  return text.includes('-') && /[a-z]{5}/.test(text) && !/[_=]/.test(text);
}

/** A value of the caller's in a sentence: in quotes, or, when it looks like a secret in the wrong place, by its length alone. */
export function shown(value: string): string {
  return looksSecret(value) ? `(${value.length} characters that look like a secret; not shown)` : JSON.stringify(value);
}
