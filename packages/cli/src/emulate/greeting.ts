import { join } from 'node:path';
import { writeConnectionString } from '@mote/client/azure';
import type { Emulator, EnrollmentSummary, HubDeviceSummary } from '@mote/emulator';
import { fileStem, makeFolder, PRIVATE, writeWhole } from '@mote/emulator/files';
import type { Paint } from '../terminal/paint.ts';

/** Paths of the files that `--dir` wrote: the CA, and certificate and key by registration id. */
export interface WrittenFiles {
  readonly ca: string;
  readonly devices: ReadonlyMap<string, { readonly cert: string; readonly key: string }>;
}

/** The registration id that stands for a group in the examples. Any id would do: a group accepts each. */
const MEMBER = 'group-device-1';
const X509_MEMBER = 'x509-group-device-1';

/** Writes ca.pem, and a certificate and key for each X.509 enrollment. Only their owner can read the private keys. */
export function writeCertificates(dps: Emulator, dir: string): WrittenFiles {
  makeFolder(dir);
  const ca = join(dir, 'ca.pem');
  writeWhole(ca, dps.ca);
  const devices = new Map<string, { cert: string; key: string }>();
  for (const enrollment of dps.enrollments.filter(({ attestation }) => attestation === 'x509')) {
    const registrationId = enrollment.registrationId ?? X509_MEMBER;
    const issued = dps.issueDeviceCertificate(registrationId);
    const stem = fileStem(registrationId, ['ca']);
    const paths = { cert: join(dir, `${stem}.pem`), key: join(dir, `${stem}.key`) };
    writeWhole(paths.cert, issued.cert);
    writeWhole(paths.key, issued.key, PRIVATE);
    devices.set(registrationId, paths);
  }
  return { ca, devices };
}

/** An enrollment in the names of the service's own JSON, with the paths of the files that `--dir` wrote. */
export function enrollmentJson(enrollment: EnrollmentSummary, written: WrittenFiles | undefined): object {
  const {
    registrationId,
    enrollmentGroupId,
    attestation,
    primaryKey,
    secondaryKey,
    kind,
    provisioningStatus,
    iotHubs,
  } = enrollment;
  const files = written?.devices.get(registrationId ?? X509_MEMBER);
  return {
    kind,
    registrationId,
    enrollmentGroupId,
    attestation:
      attestation === 'symmetricKey'
        ? { type: attestation, symmetricKey: { primaryKey, secondaryKey } }
        : { type: attestation },
    provisioningStatus,
    iotHubs,
    ...(attestation === 'x509' && files !== undefined
      ? { device: { registrationId: registrationId ?? X509_MEMBER, certFile: files.cert, keyFile: files.key } }
      : {}),
  };
}

/** A device that the hub knows without DPS: its keys, which the emulator may have made at the start, and its connection string. */
export function deviceJson(dps: Emulator, { id, enabled, primaryKey, secondaryKey }: HubDeviceSummary): object {
  const [deviceId = '', moduleId] = id.split('/');
  const authentication =
    primaryKey === undefined
      ? { type: 'selfSigned' }
      : { type: 'sas', symmetricKey: { primaryKey, ...(secondaryKey === undefined ? {} : { secondaryKey }) } };
  return {
    deviceId,
    moduleId,
    status: enabled ? 'enabled' : 'disabled',
    authentication,
    connectionString: connectionString(dps, id, primaryKey),
  };
}

/** The connection string of a device. Undefined for one with a certificate: it has no key to put in. */
function connectionString(dps: Emulator, id: string, sharedAccessKey: string | undefined): string | undefined {
  const [deviceId = '', moduleId] = id.split('/');
  const [hostName] = dps.iotHubs;
  if (sharedAccessKey === undefined || hostName === undefined) return undefined;
  return writeConnectionString({ hostName, deviceId, moduleId, sharedAccessKey, x509: false });
}

/** What `mote emulate` prints first: where it listens, which devices it knows, and a command to paste for each. */
export function greeting(dps: Emulator, written: WrittenFiles | undefined, paint: Paint): string[] {
  const ca = written?.ca ?? 'ca.pem';
  const ports = [`TLS ${dps.port}`, ...(dps.webSocketPort === undefined ? [] : [`WebSocket ${dps.webSocketPort}`])];
  return [
    `${paint.good('●')} DPS endpoint on ${paint.bold(dps.host)}: ${ports.join(', ')}; ID scope ${paint.bold(dps.idScope)}`,
    ...(dps.apiPort === undefined ? [] : [`  service API on http://127.0.0.1:${dps.apiPort}`]),
    '',
    ...(written === undefined
      ? ['The commands below need ca.pem and the device certificates: run again with --dir DIR, which writes them.', '']
      : []),
    ...dps.enrollments.flatMap((enrollment) => [
      paint.bold(
        `${enrollment.kind} ${enrollment.registrationId ?? enrollment.enrollmentGroupId} (${enrollment.attestation})`,
      ),
      ...example(dps, enrollment, ca, written),
      '',
    ]),
    ...dps.hub.devices.flatMap(({ id, hub, primaryKey }) =>
      hub === undefined
        ? [
            paint.bold(`hub device ${id} (${primaryKey === undefined ? 'x509' : 'symmetricKey'})`),
            `  ${connectionString(dps, id, primaryKey) ?? '(shows a certificate)'}`,
            '',
          ]
        : [],
    ),
    `Azure SDKs: NODE_EXTRA_CA_CERTS=${ca}, provisioning host localhost:${dps.port}`,
    '',
  ];
}

function example(
  dps: Emulator,
  enrollment: EnrollmentSummary,
  ca: string,
  written: WrittenFiles | undefined,
): string[] {
  const common = `--host ${dps.host}:${dps.port} --ca ${ca} --id-scope ${dps.idScope}`;
  const registrationId = enrollment.registrationId ?? (enrollment.attestation === 'x509' ? X509_MEMBER : MEMBER);
  if (enrollment.attestation === 'symmetricKey') {
    const variable = enrollment.kind === 'group' ? 'DPS_GROUP_KEY' : 'DPS_KEY';
    return [`  ${variable}='${enrollment.primaryKey}' mote provision ${common} --registration-id ${registrationId}`];
  }
  const files = written?.devices.get(registrationId);
  if (files === undefined) return ['  (needs --dir)'];
  return [
    `  mote provision ${common} --registration-id ${registrationId} --cert ${files.cert} --cert-key ${files.key}`,
  ];
}
