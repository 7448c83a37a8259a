import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { deriveDeviceKey } from '@mote/client';
import { type Emulator, startEmulator } from '@mote/emulator';

/** The instance that the documents speak of, and the files of its devices as their commands name them. */
export interface DocumentedService {
  readonly dps: Emulator;
  readonly groupKey: string;
  /** Holds group.key, device.key and device.txt (of sensor-17), readings.jsonl, camera-4.pem and camera-4.key, ca.pem. */
  readonly dir: string;
  close(): Promise<void>;
}

/** To which the emulator assigns unless told. */
const DEFAULT_HUB = 'mote-emulated-hub.azure-devices.net';
const GROUP_KEY = Buffer.alloc(64, 'the key of the group of the documents').toString('base64');

export async function startDocumentedService(): Promise<DocumentedService> {
  const dps = await startEmulator({
    idScope: '0ne00ABCDEF',
    pollsBeforeAssigned: 0,
    enrollmentGroups: [
      {
        enrollmentGroupId: 'sensors',
        attestation: { type: 'symmetricKey', symmetricKey: { primaryKey: GROUP_KEY, secondaryKey: GROUP_KEY } },
      },
      { enrollmentGroupId: 'cameras', attestation: { type: 'x509' } },
    ],
  });
  const dir = mkdtempSync(`${tmpdir()}/mote-docs-`);
  const deviceKey = deriveDeviceKey(GROUP_KEY, 'sensor-17');
  const { cert, key } = dps.issueDeviceCertificate('camera-4');
  const files = {
    'ca.pem': dps.ca,
    'camera-4.pem': cert,
    'camera-4.key': key,
    'group.key': `${GROUP_KEY}\n`,
    'device.key': `${deviceKey}\n`,
    'device.txt': `HostName=${DEFAULT_HUB};DeviceId=sensor-17;SharedAccessKey=${deviceKey}\n`,
    'readings.jsonl': '{"temperature":21.5}\n{"temperature":21.6}\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(`${dir}/${name}`, content);
  return {
    dps,
    groupKey: GROUP_KEY,
    dir,
    close: async () => {
      rmSync(dir, { recursive: true });
      await dps.close();
    },
  };
}
