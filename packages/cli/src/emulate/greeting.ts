import { join } from 'node:path';
import { writeConnectionString } from '@mote/client/azure';
import type { Emulator, EnrollmentSummary, HubDeviceSummary } from '@mote/emulator';
import { fileStem, makeFolder, PRIVATE, writeWhole } from '@mote/emulator/files';
import { quoted } from '../provision/hand-over.ts';
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
  const ports = [`TLS ${dps.port}`, ...(dps.webSocketPort === undefined ? [] : [`WebSocket ${dps.webSocketPort}`])];
  return [
    `${paint.good('●')} DPS endpoint on ${paint.bold(dps.host)}: ${ports.join(', ')}; ID scope ${paint.bold(dps.idScope)}`,
    ...(dps.apiPort === undefined ? [] : [`  service API on http://127.0.0.1:${dps.apiPort}`]),
    '',
    ...(written === undefined
      ? [
          'With --dir DIR the CA and the device certificates are in files, and here stand commands to paste for each device.',
          '',
        ]
      : []),
    ...dps.enrollments.flatMap((enrollment) => [
      paint.bold(
        `${enrollment.kind} ${enrollment.registrationId ?? enrollment.enrollmentGroupId} (${enrollment.attestation})`,
      ),
      ...(written === undefined ? unwritten(enrollment) : example(dps, enrollment, written)),
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
    ...(written === undefined
      ? []
      : [`Azure SDKs: NODE_EXTRA_CA_CERTS=${quoted(written.ca)}, provisioning host localhost:${dps.port}`, '']),
  ];
}

/** Without files there is no CA to name in a command: only the key is printed. */
function unwritten({ attestation, primaryKey }: EnrollmentSummary): string[] {
  return [attestation === 'symmetricKey' ? `  key ${primaryKey}` : '  (needs --dir)'];
}

function example(dps: Emulator, enrollment: EnrollmentSummary, written: WrittenFiles): string[] {
  const common = `mote provision --host ${dps.host.includes(':') ? `[${dps.host}]` : dps.host}:${dps.port} --ca ${quoted(written.ca)} --id-scope ${dps.idScope}`;
  const registrationId = enrollment.registrationId ?? (enrollment.attestation === 'x509' ? X509_MEMBER : MEMBER);
  const command = `${common} --registration-id ${registrationId}`;
  if (enrollment.attestation === 'symmetricKey') {
    const variable = enrollment.kind === 'group' ? 'DPS_GROUP_KEY' : 'DPS_KEY';
    return [`  ${variable}='${enrollment.primaryKey}' ${command}`];
  }
  const files = written.devices.get(registrationId);
  return [
    files === undefined
      ? '  (has no file)'
      : `  ${command} --cert ${quoted(files.cert)} --cert-key ${quoted(files.key)}`,
  ];
}
