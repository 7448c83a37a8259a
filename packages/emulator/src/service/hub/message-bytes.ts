import { utf8Length } from '../values/bytes.ts';

/** Size as the service counts it: the body, names and values of the application's properties, values of system properties. */
export function messageBytes(
  body: Uint8Array,
  properties: Iterable<readonly [name: string, value: string | null]>,
  system: Readonly<Record<string, string | null | undefined>>,
): number {
  let bytes = body.length;
  for (const [name, value] of properties) bytes += utf8Length(name) + utf8Length(value ?? '');
  for (const value of Object.values(system)) bytes += utf8Length(value ?? '');
  return bytes;
}
