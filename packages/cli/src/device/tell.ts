import type { DesiredChange, DeviceMessage, MethodRequest } from '@mote/client';
import { stdout } from '../terminal/output.ts';
import { textOf } from '../terminal/text-of.ts';

// Prints what comes from the hub on stdout, one line each: as JSON, or for reading.

type Tell = (json: boolean) => void;

/** Prints a message. A body that is not UTF-8 is printed in base64. */
export const tellMessage =
  ({ body, duplicate, properties, text: _text, json: _json, complete: _complete, ...system }: DeviceMessage): Tell =>
  (json) => {
    const text = textOf(body);
    const base64 = Buffer.from(body).toString('base64');
    if (json) {
      stdout.json({
        event: 'message',
        ...(text === undefined ? { bodyBase64: base64 } : { body: text }),
        properties,
        ...system,
        duplicate,
      });
      return;
    }
    const own = Object.entries(properties).map(([name, value]) => (value === null ? name : `${name}=${value}`));
    stdout.lines([`message  ${text ?? `base64 ${base64}`}${own.length === 0 ? '' : `  (${own.join(', ')})`}`]);
  };

/** Prints a change of desired properties. */
export const tellDesired =
  ({ version, patch, complete }: DesiredChange): Tell =>
  (json) => {
    if (json) stdout.json({ event: 'desired', version, patch, complete });
    else stdout.lines([`desired  ${JSON.stringify(patch)}  (version ${version}${complete ? ', all of it' : ''})`]);
  };

/** Prints a method call with our answer. */
export const tellMethod =
  ({ name, payload }: MethodRequest, status: number, response: unknown): Tell =>
  (json) => {
    if (json) stdout.json({ event: 'method', name, payload, status, response });
    else
      stdout.lines([
        `method   ${[name, textOfJson(payload), '→', status, textOfJson(response)].filter((part) => part !== '').join(' ')}`,
      ]);
  };

const textOfJson = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));
