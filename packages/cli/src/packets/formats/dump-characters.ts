/**
 * Whether the text after the cells of a row shows these bytes as characters: printable ones as they are, all others as a dot or another
 * mark. There may be bars around them, a blank in the middle, and blanks at the end may be cut off.
 */
export function charactersMatch(text: string, bytes: readonly number[]): boolean {
  const trimmed = text.trimEnd();
  if (trimmed === '' || bytes.length === 0) return false;
  for (const shown of [trimmed, trimmed.replace(/[|<]$/, '')]) {
    for (let blanks = 0; blanks <= blanksAtEnd(bytes); blanks++) {
      const padded = shown + ' '.repeat(blanks);
      if (matchesAtEnd(padded, bytes, false) || (bytes.length > 8 && matchesAtEnd(padded, bytes, true))) return true;
    }
  }
  return false;
}

function matchesAtEnd(text: string, bytes: readonly number[], gap: boolean): boolean {
  const start = text.length - bytes.length - (gap ? 1 : 0);
  if (start < 0 || !/^\s*[|>]?$/.test(text.slice(0, start))) return false;
  if (gap && text[start + 8] !== ' ') return false;
  return bytes.every((byte, index) => {
    const character = text[start + index + (gap && index >= 8 ? 1 : 0)] ?? '';
    if (byte < 0x20 || byte > 0x7e) return !/[\s0-9A-Za-z]/.test(character);
    return character === String.fromCharCode(byte) || (byte === 0x20 && character === '.');
  });
}

function blanksAtEnd(bytes: readonly number[]): number {
  let count = 0;
  while (bytes[bytes.length - 1 - count] === 0x20) count += 1;
  return count;
}
