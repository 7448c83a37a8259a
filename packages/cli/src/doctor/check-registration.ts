import {
  type Assignment,
  type Attestation,
  deriveDeviceKey,
  groupKey,
  ProvisioningError,
  provision,
  symmetricKey,
  x509,
} from '@mote/client';
import { explain as explainFailure, inFlags, type Setting } from '@mote/client/explain';
import { explain } from '../explain/explain.ts';
import { proxySetting } from '../flags/proxy-setting.ts';
import { readChain } from './chain.ts';
import { bad, type Finding, good, type Problem, skipped } from './finding.ts';
import { failed, resolve } from './path.ts';
import type { Subject } from './subject.ts';

const CHECK = 'registration';

/** The finding, and the assignment if there is one. */
export interface RegistrationReport {
  readonly finding: Finding;
  readonly assignment?: Assignment;
}

/** Registers the device for real. If the key is refused, tries it as the other kind of key: of the group, or of the device. */
export async function checkRegistration(subject: Subject): Promise<RegistrationReport> {
  const attestation = attestationOf(subject);
  if (attestation === undefined) return { finding: skipped(CHECK, 'not tried: a key or certificate is needed for it') };
  const outcome = await register(subject, attestation);
  if (outcome instanceof ProvisioningError)
    return { finding: (await roleFinding(subject, outcome)) ?? refusal(subject, outcome) };
  return { finding: await hubFinding(outcome.assignedHub), assignment: outcome };
}

/** The proof of the device; undefined if none was given. Throws ProvisioningError for a key or certificate that cannot be one. */
export function attestationOf({ key, groupKey: group, cert, certKey, passphrase }: Subject): Attestation | undefined {
  if (group !== undefined) return groupKey(group);
  if (key !== undefined) return symmetricKey(key);
  if (cert === undefined) return undefined;
  return x509({ cert, key: certKey, passphrase });
}

/** The assignment, or why there is none. */
async function register(subject: Subject, attestation: Attestation): Promise<Assignment | ProvisioningError> {
  const { idScope, registrationId, host, transport, mqttPort, webSocketPort, ca, proxy, timeoutMs } = subject;
  // With `auto` the client dials one port for both transports. If only the WebSocket port is known, that is the transport.
  const kind = transport === 'auto' && mqttPort === undefined ? 'websocket' : transport;
  const port = kind === 'websocket' ? webSocketPort : mqttPort;
  const own = kind !== 'auto' || port !== 8883;
  try {
    return await provision({
      idScope: idScope ?? '',
      registrationId: registrationId ?? '',
      attestation,
      endpoint: own && port !== undefined ? `${host.includes(':') ? `[${host}]` : host}:${port}` : host,
      transport: kind,
      timeoutMs,
      retry: { attempts: 1 },
      ...(ca === undefined ? {} : { tls: { ca } }),
      ...(proxy === undefined ? {} : { proxy }),
    });
  } catch (error) {
    if (error instanceof ProvisioningError) return error;
    throw error;
  }
}

/** Whether the group key was given as the device key, or the device key as the group key. The 401 is the same as for a wrong key. */
async function roleFinding(subject: Subject, { code }: ProvisioningError): Promise<Finding | undefined> {
  const { key, groupKey: group, registrationId } = subject;
  if (code !== 'unauthorized' || registrationId === undefined) return undefined;
  if (
    key !== undefined &&
    !((await register(subject, symmetricKey(deriveDeviceKey(key, registrationId)))) instanceof ProvisioningError)
  ) {
    return bad(
      CHECK,
      'group-key-underived',
      'refused with the key as it is, accepted with the key derived from it: this is the key of the group',
      'Use --group-key-file, or derive the key of the device with `mote derive-key`.',
    );
  }
  if (group !== undefined && !((await register(subject, symmetricKey(group))) instanceof ProvisioningError)) {
    return bad(
      CHECK,
      'device-key-as-group-key',
      'refused with the derived key, accepted with the key as it is: this is the key of the device',
      'Use --key-file.',
    );
  }
  return undefined;
}

/** The device is assigned. If the name of the hub is unknown here, that is no error: the hubs of an emulator need not exist. */
async function hubFinding(hub: string): Promise<Finding> {
  const addresses = await resolve(hub);
  const unknown = failed(addresses) ? `, whose name is not known here (${addresses.failure})` : '';
  return good(CHECK, `assigned to ${hub}${unknown}`);
}

function settingOf({
  idScope,
  registrationId,
  host,
  transport,
  proxy,
  ca,
  key,
  groupKey: group,
  cert,
}: Subject): Setting {
  return {
    idScope,
    registrationId,
    endpoint: host,
    transport,
    proxy: proxySetting(proxy),
    ca: ca !== undefined,
    attestation:
      group !== undefined ? 'group-key' : key !== undefined ? 'symmetric-key' : cert === undefined ? undefined : 'x509',
  };
}

/** Why the service did not assign the device, and what to do. */
export function refusal(subject: Subject, error: ProvisioningError): Finding {
  const leafOnly = subject.cert !== undefined && readChain(subject.cert, subject.passphrase)?.length === 1;
  // In a failed registration 401002 means that the hub refused the service, not that the service refused the device.
  const chainRefused =
    (error.errorCode === 401002 && error.code !== 'registration-failed') ||
    error.code === 'client-certificate-rejected' ||
    error.returnCode === 5;
  if (leafOnly && chainRefused) {
    return bad(
      CHECK,
      'missing-intermediate',
      `${error.message}; the file holds the device certificate alone`,
      'Put every intermediate below the device certificate, up to the authority that is uploaded to the service.',
    );
  }
  const problem: Problem = 'registration-refused';
  const code = error.errorCode ?? (error.returnCode === undefined ? error.code : `connack-${error.returnCode}`);
  const { message, hint } = inFlags(explainFailure(error, settingOf(subject)));
  const fix = hint ?? explain(String(code))?.explanation.fix ?? explain(error.code)?.explanation.fix;
  return bad(CHECK, problem, `${error.code}: ${message}`, fix ?? `\`mote explain ${error.code}\` tells more.`);
}
