import * as full from '@mote/client';
import * as lean from '@mote/client/lean';
import * as tls from '@mote/client/tls';
import { CONNECT_RULES } from '../../packages/client/src/connect/check-connect-options.ts';
import { HUB_LINK } from '../../packages/client/src/device/hub-rules.ts';
import type { Rule } from '../../packages/client/src/option-rules.ts';
import { PROVISION_RULES } from '../../packages/client/src/provision/check-options.ts';
import { KEY } from './hub/at-emulator.ts';
import { message } from './mqtt/server.ts';
import { TurnServer } from './turns.ts';

// Every function that takes the options of a connection, in every entry of the package, at a server in memory.

type Options = Readonly<Record<string, unknown>>;
type Closing = { close(options: { drainMs: number }): Promise<void> };

export interface Opening {
  readonly name: string;
  readonly rules: Readonly<Record<string, Rule>>;
  /** Options with which it succeeds. */
  readonly good: () => Options;
  /** Opens. Resolves when it has succeeded and is closed again. */
  readonly open: (options: never) => Promise<unknown>;
}

/** A service and a hub in memory: requests with a `$rid` are answered. */
export function azure(): TurnServer {
  const server = new TurnServer();
  server.reply = (packet, { say }) => {
    if (packet.cmd !== 'publish') return false;
    const rid = /\$rid=([^&]+)/.exec(packet.topic)?.[1];
    const assigned = { registrationId: 'dev', assignedHub: 'hub-1.test', deviceId: 'dev', status: 'assigned' };
    const body = JSON.stringify({ operationId: 'o', status: 'assigned', registrationState: assigned });
    if (packet.topic.startsWith('$dps')) say(message(`$dps/registrations/res/200/?$rid=${rid}`, body));
    return packet.qos === 0;
  };
  return server;
}

const quick = () => ({ transport: azure(), timeoutMs: 300, retry: { attempts: 0, baseMs: 1 } });
const atService = () => ({
  idScope: '0ne00ABCDEF',
  registrationId: 'dev',
  attestation: full.symmetricKey(KEY),
  ...quick(),
});
const atServer = () => ({ host: 'turns.test', clientId: 'c', ...quick() });
const atHub = () => ({
  hostName: 'hub-1.test',
  deviceId: 'dev',
  attestation: full.symmetricKey(KEY),
  ...quick(),
});
const HUB_RULES = {
  ...HUB_LINK,
  hostName: /./,
  deviceId: /./,
  moduleId: /./,
  connectionString: /./,
  connectionProfile: /./,
};

async function closed(opening: Promise<Closing>): Promise<void> {
  await (await opening).close({ drainMs: 0 });
}

function entry(
  name: string,
  { provision, ...others }: Pick<typeof full, 'provision'> & Partial<typeof full>,
): Opening[] {
  const { connect, createClient, connectHub, openDevice } = others;
  const openings: Opening[] = [{ name: 'provision', rules: PROVISION_RULES, good: atService, open: provision }];
  if (connect)
    openings.push({ name: 'connect', rules: CONNECT_RULES, good: atServer, open: (o) => closed(connect(o)) });
  if (createClient)
    openings.push({
      name: 'createClient',
      rules: CONNECT_RULES,
      good: atServer,
      async open(options) {
        const client = createClient(options);
        const ended = client.ended.then((error) => error && Promise.reject(error));
        try {
          await Promise.race([client.publish('a', 'x', { qos: 1, timeoutMs: 100 }), ended]);
        } finally {
          await client.close({ drainMs: 0 });
        }
      },
    });
  if (connectHub)
    openings.push({ name: 'connectHub', rules: HUB_RULES, good: atHub, open: (o) => closed(connectHub(o)) });
  if (openDevice)
    openings.push({
      name: 'openDevice',
      rules: { ...PROVISION_RULES, cache: () => true, hub: HUB_LINK as never },
      good: () => ({ ...atService(), cache: { load() {}, save() {} }, hub: { retry: { attempts: 0, baseMs: 1 } } }),
      open: (o) => closed(openDevice(o)),
    });
  return openings.map((opening) => ({ ...opening, name: `${name}: ${opening.name}` }));
}

export const OPENINGS: readonly Opening[] = [
  ...entry('full', full),
  ...entry('lean', lean as never),
  ...entry('tls', tls as never),
];

/** What `will` needs besides what differs: at a hub it has a body, elsewhere topic and payload. */
const WILL = { topicName: 'a', payload: 'x' };
const HUB_WILL = { body: 'x' };

/** Good options with this value for the option of this name, which may be a member of another one. */
export function withOption({ good, rules }: Opening, path: string, value: unknown): Options {
  const isHub = rules !== CONNECT_RULES;
  const needed: Record<string, object> = { will: isHub ? HUB_WILL : WILL, credentials: { userName: 'u' } };
  const set = (options: Options, [name, ...inner]: string[]): Options => ({
    ...options,
    [name!]: inner.length ? set({ ...needed[name!], ...(options[name!] as object) }, inner) : value,
  });
  return set(good(), path.split('.'));
}
