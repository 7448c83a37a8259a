import { type Assignment, connectHub, HubError, type HubOptions } from '@mote/client';
import { printable } from '@mote/client/explain';
import { hubWords } from '../device/outcome.ts';
import { checkNetwork } from './check-network.ts';
import { attestationOf } from './check-registration.ts';
import { checkTls } from './check-tls.ts';
import { bad, type Finding, good, skipped } from './finding.ts';
import type { HubOfSubject, Subject } from './subject.ts';

/** Checks that the hub can be reached, has a trusted certificate, and accepts the device. Yields each finding at once. */
export async function* checkHub(subject: Subject, { names, options, dial }: HubOfSubject): AsyncGenerator<Finding> {
  const { host, port } = dial ?? { host: names.hostName, port: undefined };
  const viaWebSocket = subject.transport === 'websocket';
  const target: Subject = {
    ...subject,
    host,
    mqttPort: port === undefined ? 8883 : viaWebSocket ? undefined : port,
    webSocketPort: port === undefined ? 443 : viaWebSocket ? port : undefined,
  };
  const network = await checkNetwork(target);
  yield* network.findings.map(ofHub);
  let wrong = network.findings.filter(({ state }) => state === 'bad').length;
  for (const open of network.openPorts) {
    const { findings } = await checkTls(target, open, names.hostName);
    wrong += findings.filter(({ state }) => state === 'bad').length;
    yield* findings.map(ofHub);
  }
  if (wrong > 0) yield skipped('hub', 'not tried: fix the above first');
  else yield await connectFinding(options);
}

/** The assigned hub, with the proof that the provisioning service has just accepted. */
export function hubOf(subject: Subject, { assignedHub, deviceId, connectionProfile }: Assignment): HubOfSubject {
  const { registrationId, transport, ca, proxy, timeoutMs, hubDial: dial } = subject;
  const names = { hostName: assignedHub, deviceId };
  const options: HubOptions = {
    ...names,
    connectionProfile,
    attestation: ofRegistration(attestationOf(subject)!, registrationId!),
    transport,
    ...(proxy === undefined ? {} : { proxy }),
    ...(ca === undefined ? {} : { tls: { ca } }),
    ...(dial === undefined ? {} : { endpoint: `${dial.host}${dial.port === undefined ? '' : `:${dial.port}`}` }),
    timeoutMs,
  };
  return { names, options, dial };
}

/** A group key signs with the key derived for the registration id, even if the hub has another name for the device. */
function ofRegistration(attestation: NonNullable<ReturnType<typeof attestationOf>>, registrationId: string) {
  const { sign } = attestation;
  if (sign === undefined) return attestation;
  return {
    ...attestation,
    sign: (text: string, _id: string, alternative: number) => sign(text, registrationId, alternative),
  };
}

async function connectFinding(options: HubOptions): Promise<Finding> {
  try {
    const device = await connectHub(options);
    const { hostName, deviceId, moduleId } = device;
    await device.close({ drainMs: 0 });
    return good('hub', `${hostName} lets ${moduleId === undefined ? deviceId : `${deviceId}/${moduleId}`} in`);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const { message, hint } = hubWords(error);
    const words = `${error.code}: ${printable(message, 500)}`;
    return bad('hub', 'hub-refused', words, hint ?? `\`mote explain ${error.code}\` tells more.`);
  }
}

const ofHub = (finding: Finding): Finding => ({ ...finding, check: `hub ${finding.check}` });
