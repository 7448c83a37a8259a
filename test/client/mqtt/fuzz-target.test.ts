import { expect, test } from 'vitest';
import { GeneralClient } from '../../../packages/client/src/mqtt/client.ts';
import type { Client, ClientAction, ClientOptions } from '../../../packages/client/src/mqtt/client-options.ts';

interface Target {
  clientSeeds: readonly string[];
  clientTarget(subject: { makeClient: (options: ClientOptions) => Client }): (script: Uint8Array) => void;
}

const { clientSeeds, clientTarget } = (await import(new URL('../../fuzz/client.mjs', import.meta.url).href)) as Target;
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

test.each(clientSeeds)('script %s holds what must hold of the client', (script) => {
  expect(() => clientTarget({ makeClient: (options) => new GeneralClient(options) })(bytes(script))).not.toThrow();
});

/** Each write of the client, and these bytes behind it. */
const withBytes = (actions: readonly ClientAction[], hex: string): readonly ClientAction[] =>
  actions.map((action) =>
    action.type === 'send' ? { ...action, bytes: Buffer.concat([action.bytes, bytes(hex)]) } : action,
  );

/** A client with one mistake. */
const careless = (mistake: (client: Client) => Partial<Client>): ((script: Uint8Array) => void) =>
  clientTarget({
    makeClient(options) {
      const client = new GeneralClient(options);
      const wrong = mistake(client);
      return new Proxy<Client>(client, {
        get: (_, name: keyof Client) => wrong[name] ?? client[name].bind(client),
      });
    },
  });

test.each([
  [
    'tells the caller of publish twice',
    'a caller of publish was told 2 times',
    (client: Client): Partial<Client> => ({
      publish: (message, at) =>
        client.publish({ ...message, settle: (error) => [1, 2].map(() => message.settle(error)) }, at),
    }),
  ],
  [
    'sends behind DISCONNECT',
    'pingreq after DISCONNECT [MQTT-3.14.4-2]',
    (client: Client): Partial<Client> => ({
      flush: (at) => withBytes(client.flush(at), 'e000c000'),
    }),
  ],
  [
    'sends what is malformed',
    'sent what is malformed: Invalid header flag bits, must be 0x0 for pingreq packet',
    (client: Client): Partial<Client> => ({
      flush: (at) => withBytes(client.flush(at), 'c100'),
    }),
  ],
  [
    'goes round in circles',
    '300 actions in one turn',
    (): Partial<Client> => ({
      wake: () => Array.from({ length: 300 }, () => ({ type: 'hang-up' }) as const),
    }),
  ],
] as const)('a client that %s is noticed', (_, words, mistake) => {
  expect(() => careless(mistake)(bytes(`${clientSeeds[0]}0d110d11`))).toThrow(words);
});
