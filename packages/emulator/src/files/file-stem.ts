/** Names that Windows takes for devices, with any extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * A file name, without extension, for a registration id: another for each id, none that is reserved here or by a file system.
 * `reserved` are those in use for other files; letter case does not tell them apart, since some file systems ignore it.
 */
export function fileStem(id: string, reserved: readonly string[] = []): string {
  const plain = id.replace(/[^\w.-]|^\.|\.$/g, escaped);
  const taken = DEVICE.test(plain) || reserved.some((name) => name.toLowerCase() === plain.toLowerCase());
  return taken ? escaped(plain.slice(0, 1)) + plain.slice(1) : plain;
}

/** As in URLs; `%` is in no registration id. */
function escaped(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
