import { createSasToken, deriveDeviceKey, isIdScope } from '@mote/client';
import { wholeNumber } from '../arguments.ts';
import { type Command, UsageError } from '../command.ts';
import { registrationId as registrationIdOf, required, sharedKey, usable } from '../flags/flag-values.ts';
import { shown } from '../shown.ts';
import { stderr, stdout } from '../terminal/output.ts';

export const sasCommand: Command = {
  name: 'sas',
  summary: 'makes the SAS token that a device sends as its MQTT password',
  usage: '--id-scope SCOPE --registration-id ID (--key-file FILE | --group-key-file FILE) [--ttl SECONDS]',
  environmentPrefix: 'DPS_',
  operands: 0,
  flags: [
    { name: 'id-scope', value: 'SCOPE', summary: 'ID scope of the DPS instance', aliases: ['scope'] },
    { name: 'registration-id', value: 'ID', summary: 'registration id of the device', aliases: ['rid'] },
    { name: 'key', value: 'BASE64', summary: 'device key', secret: true },
    { name: 'key-file', value: 'FILE', summary: 'file that holds it' },
    { name: 'group-key', value: 'BASE64', summary: 'group key, from which the device key is derived', secret: true },
    { name: 'group-key-file', value: 'FILE', summary: 'file that holds it' },
    { name: 'ttl', value: 'SECONDS', summary: 'how long the token lives; default 3600' },
    { name: 'expiry', value: 'EPOCH', summary: 'when it ends, in seconds since 1970, instead of --ttl' },
    { name: 'json', summary: 'print {"token","expiry"}' },
  ],
  run: async (invocation) => {
    const idScope = required(invocation, 'id-scope');
    if (!isIdScope(idScope))
      throw new UsageError(`--id-scope is letters and digits, such as 0ne00ABCDEF, not ${shown(idScope)}`);
    const registrationId = registrationIdOf(invocation);
    const group = sharedKey(invocation, 'group-key');
    const own = sharedKey(invocation, 'key');
    if (own !== undefined && group !== undefined)
      throw new UsageError('--key and --group-key exclude each other: give one');
    const key = group === undefined ? own : usable(() => deriveDeviceKey(group, registrationId));
    if (key === undefined) throw new UsageError('give --key-file or --group-key-file');
    const ttl = wholeNumber(invocation, 'ttl', 1, 31_536_000) ?? 3600;
    const expiry = wholeNumber(invocation, 'expiry', 0, Number.MAX_SAFE_INTEGER) ?? Math.floor(Date.now() / 1000) + ttl;
    const token = usable(() => createSasToken({ idScope, registrationId, key, expiry }));
    for (const warning of warningsOf(expiry)) stderr.prose([`mote: ${invocation.asGiven(warning)}`]);
    if (invocation.on('json')) stdout.json({ token, expiry });
    else stdout.lines([token]);
    return 0;
  },
};

/** From this number on --expiry is taken for milliseconds: 1e11 seconds are the year 5138, 1e11 milliseconds the year 1973. */
const MILLISECONDS = 1e11;

function warningsOf(expiry: number): readonly string[] {
  if (expiry > MILLISECONDS) {
    return [
      `--expiry counts seconds since 1970, and ${expiry} looks like milliseconds: give ${Math.floor(expiry / 1000)}`,
    ];
  }
  if (expiry * 1000 > Date.now()) return [];
  const when = new Date(expiry * 1000).toISOString();
  return [
    `the token ended at ${when}: the service will refuse it. --expiry counts seconds since 1970; --ttl counts from now`,
  ];
}
