import type * as Client from '@mote/client';
import type { Door } from './emulator.ts';
import { publishedClient } from './published-client.ts';

const { provision, symmetricKey } = (await import(publishedClient)) as typeof Client;
const { endpoint, idScope, registrationId, key } = JSON.parse(process.argv[2]!) as Door;
const { assignedHub } = await provision({ endpoint, idScope, registrationId, attestation: symmetricKey(key) });
process.exit(assignedHub ? 0 : 1);
