import { provision, symmetricKey } from '@mote/client';
import type { Door } from './emulator.ts';

const { endpoint, idScope, registrationId, key } = JSON.parse(process.argv[2]!) as Door;
const { assignedHub } = await provision({ endpoint, idScope, registrationId, attestation: symmetricKey(key) });
process.exit(assignedHub ? 0 : 1);
