import { encodeUtf8, type Will } from '@mote/codec';
import { askAttestation } from '../attestation/ask-attestation.ts';
import type { Attestation } from '../attestation/attestation.ts';
import { WEB_SOCKET_PATH } from '../azure/dps.ts';
import { type HubIdentity, hubClientId, hubUserName } from '../azure/hub-identity.ts';
import { hubSasResource, hubSasToken, sasText } from '../azure/hub-sas.ts';
import { telemetryTopic, telemetryTopicOf } from '../azure/hub-topics.ts';
import type { ConnectOptionsBase, MqttTlsOptions } from '../connect/connect-options.ts';
import { mqttCallbacks } from '../connect/mqtt-callbacks.ts';
import { type RunningClient, runClient } from '../connect/run-client.ts';
import { refuseOption } from '../connect/shared-rules.ts';
import type { HubEntry } from '../hub/life-options.ts';
import { limit, TOPIC_BYTES } from '../hub/limits.ts';
import type { ClientState, Credentials } from '../mqtt/client-options.ts';
import { MqttError } from '../mqtt/error.ts';
import { isFunction } from '../option-rules.ts';
import { parseEndpoint } from '../transport/host-port.ts';
import type { Transport } from '../transport/transport.ts';
import { wrong } from '../values.ts';
import type { DevicePlan } from './device-plan.ts';
import type { HubLinkOptionsBase } from './hub-options.ts';
import { telemetryOf } from './hub-telemetry.ts';

// The MQTT client of a device. The hub and the device id may change while it lives. Each dial uses those of its time, and messages
// that still wait then get topics with the new device id.

/** The hub, and the names of device and module there. */
export interface HubNames extends HubIdentity {
  readonly hostName: string;
}

/** What the client asks and tells its owner. */
export interface HubClientEvents {
  state(state: ClientState): void;
  /** Called before each dial, which waits for it. Returns the number of refusals so far: each of them tries the next key. */
  dialling(): Promise<number>;
  /** A token was made that is valid for `lifeMs`. */
  token(lifeMs: number): void;
}

/** Checks the will before anything is dialled, and throws `invalid-options`. `entryNow` is called for the hub before each dial. */
export function hubClientFor(plan: DevicePlan): (entryNow: () => HubEntry, events: HubClientEvents) => RunningClient {
  const { link, transports, attestation, moduleId } = plan;
  const { endpoint, apiVersion, modelId, clientVersion: clientType, tokenSeconds = 3600, will, ...others } = link;
  const preparedWill = will && willOf(will);

  return (entryNow, events) => {
    /** The attestation of the present dial. */
    let proof: Attestation;

    async function tls(): Promise<MqttTlsOptions> {
      const { tls: given = {} } = link;
      return { ...(typeof given === 'function' ? await given() : given), ...(proof.tls?.() as MqttTlsOptions) };
    }

    /** The same transport, but dialling the hub of the present entry. */
    const toPresentHub = (transport: Transport): Transport => ({
      ...transport,
      dial(target, transportEvents) {
        const hub = parseEndpoint(entryNow().assignedHub)!;
        const { host, port = transport.defaultPort ?? 8883 } = endpoint === undefined ? hub : parseEndpoint(endpoint)!;
        // Where another host is dialled the certificate must still name the hub. SNI takes no IP addresses [RFC 6066 3].
        const named = host !== hub.host && !/^[\d.]+$|:/.test(hub.host) ? { servername: hub.host } : {};
        return transport.dial({ ...target, host, port, tls: { ...named, ...target.tls } }, transportEvents);
      },
    });

    async function credentials(): Promise<Credentials> {
      const refusals = await events.dialling();
      const { assignedHub: hostName, deviceId } = entryNow();
      const names = { hostName, deviceId, moduleId };
      proof = await attestation(entryNow());
      return {
        clientId: hubClientId(names),
        userName: hubUserName({ ...names, apiVersion, modelId, clientType }),
        password: await password(names, refusals),
        will: preparedWill && { ...preparedWill, topicName: telemetryTopicOf(names, preparedWill.topicName) },
        readdress: (topicName) => readdressed(topicName, names),
      };
    }

    async function password(names: HubNames, refusals: number): Promise<Uint8Array | undefined> {
      if (plan.token !== undefined) return encodeUtf8(plan.token);
      const { registrationId = names.deviceId, policyName } = plan;
      const expiry = Math.floor(Date.now() / 1000) + tokenSeconds;
      const resource = hubSasResource(names.hostName, names);
      const text = sasText({ resource, expiry });
      const signatureBase64 = await signature(proof, text, registrationId, refusals);
      if (signatureBase64 === undefined) return undefined;
      events.token(tokenSeconds * 1000);
      return encodeUtf8(hubSasToken({ resource, signatureBase64, expiry, policyName }));
    }

    const fixed = { host: 'hub', path: WEB_SOCKET_PATH, clientId: 'device', tls, onState: events.state };
    const options = { cleanSession: false, ...others, ...fixed } as ConnectOptionsBase;
    const observers = (plan.observers ?? mqttCallbacks)(options, transports);
    // A refusal is retried: hub, device id or key may be different at the next dial.
    const source = { credentials, freshCredentials: true, onRefused: 'retry' } as const;
    return runClient(options, transports.map(toPresentHub), plan.provision === undefined, source, observers);
  };
}

/**
 * The signature of an attestation, base64; undefined for a certificate. Throws MqttError `invalid-options`, which ends the client, for an
 * attestation that cannot be one, whether a function gave it or not. What a function or signer of the application throws is an outage:
 * the client tries again.
 */
async function signature(
  attestation: Attestation,
  text: string,
  registrationId: string,
  refusals: number,
): Promise<string | undefined> {
  if (!isFunction(attestation?.check)) refuseOption('attestation', wrong(attestation));
  try {
    // Of a certificate only its form is checked: at a hub it may have any name.
    askAttestation(() => (attestation.tls ? attestation.tls() : attestation.check('')));
    return await attestation.sign?.(text, registrationId, refusals % attestation.alternatives);
  } catch (error) {
    const { code, cause, message } = Object(error) as MqttError;
    if (code !== 'invalid-options' || cause !== undefined) throw error;
    throw new MqttError(code, 'options', { cause: error }, message);
  }
}

/** The will, with a copy of its payload. Its topic gets the device id before each dial. */
function willOf(will: NonNullable<HubLinkOptionsBase['will']>): Will {
  const { topicName, payload } = telemetryOf({ deviceId: 'device' }, will.body, will);
  limit('will.body', payload.length, TOPIC_BYTES);
  return { topicName, message: payload.slice(), qos: will.qos ?? 1, retain: false };
}

/** The topic of a queued message for these names: the message may have been queued under an older device id. */
function readdressed(queued: string, names: HubIdentity): string {
  const topicName = telemetryTopicOf(names, queued);
  // If the new device id makes the topic longer than MQTT allows, the message is sent without its properties.
  return topicName !== queued && topicName.length > TOPIC_BYTES ? telemetryTopic(names) : topicName;
}
