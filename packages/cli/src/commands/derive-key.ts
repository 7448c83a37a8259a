import { deriveDeviceKey } from '@mote/client';
import { type Command, type Invocation, UsageError } from '../command.ts';
import { registrationId, sharedKey, usable } from '../flags/flag-values.ts';
import { stdout } from '../terminal/output.ts';

export const deriveKeyCommand: Command = {
  name: 'derive-key',
  summary: 'derives the key of one device from the key of its enrollment group',
  usage: '--registration-id ID --group-key-file FILE',
  environmentPrefix: 'DPS_',
  operands: 0,
  flags: [
    {
      name: 'registration-id',
      value: 'ID',
      summary: 'registration id, exactly as the device will use it',
      aliases: ['rid'],
    },
    { name: 'group-key', value: 'BASE64', summary: 'primary or secondary key of the group', secret: true },
    { name: 'group-key-file', value: 'FILE', summary: 'file that holds it' },
    { name: 'json', summary: 'print {"deviceKey"}' },
  ],
  run: async (invocation) => {
    const id = registrationId(invocation);
    const group = groupKeyOf(invocation);
    const deviceKey = usable(() => deriveDeviceKey(group, id));
    if (invocation.on('json')) stdout.json({ deviceKey });
    else stdout.lines([deviceKey]);
    return 0;
  },
};

function groupKeyOf(invocation: Invocation): string {
  const key = sharedKey(invocation, 'group-key');
  if (key === undefined) throw new UsageError('--group-key-file or DPS_GROUP_KEY is missing');
  return key;
}
