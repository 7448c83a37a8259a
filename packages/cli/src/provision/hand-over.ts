import { createHmac } from 'node:crypto';
import { type Assignment, isClassicProfile } from '@mote/client';
import { escaped, jsonText, printable } from '@mote/client/explain';

/** How a device proves its identity to its hub. `expiry` is in seconds since 1970. */
export type HubCredentials =
  | { readonly deviceKey: string; readonly expiry: number }
  | { readonly certFile: string; readonly keyFile: string };

/** Values of --format. */
export const HAND_OVER_FORMATS = ['env', 'mosquitto', 'json'] as const;
/** One of the formats. */
export type HandOverFormat = (typeof HAND_OVER_FORMATS)[number];

/** The version that Microsoft's pages on MQTT tell devices to send. Without one a hub takes an older version. */
const HUB_API_VERSION = '2021-04-12';

/**
 * What any MQTT 3.1.1 client needs to connect to the assigned hub, as lines of text in the given format. With a key the lines hold a
 * password. Call `obstacle` first: it says whether they can be written at all.
 */
export function handOver(assignment: Assignment, credentials: HubCredentials, format: HandOverFormat): string[] {
  const { assignedHub: host, deviceId: clientId } = assignment;
  const username = `${host}/${clientId}/?api-version=${HUB_API_VERSION}`;
  const password = 'deviceKey' in credentials ? hubToken(host, clientId, credentials) : undefined;
  const files = 'certFile' in credentials ? credentials : undefined;
  switch (format) {
    case 'json':
      return [
        jsonText({
          protocol: 'mqtts',
          host,
          port: 8883,
          protocolVersion: 4,
          clientId,
          username,
          ...(password === undefined ? {} : { password }),
          ...(files === undefined ? {} : { certFile: files.certFile, keyFile: files.keyFile }),
        }),
      ];
    case 'env':
      return Object.entries({
        MQTT_HOST: host,
        MQTT_PORT: '8883',
        MQTT_CLIENT_ID: clientId,
        MQTT_USERNAME: username,
        MQTT_PASSWORD: password,
        MQTT_CERT_FILE: files?.certFile,
        MQTT_KEY_FILE: files?.keyFile,
      }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(value)}`]));
    case 'mosquitto': {
      const proof =
        password === undefined
          ? `--cert ${quoted(files!.certFile)} --key ${quoted(files!.keyFile)}`
          : `-P ${quoted(password)}`;
      const topic = quoted(`devices/${clientId}/messages/events/`);
      return [
        `mosquitto_pub -V mqttv311 -h ${quoted(host)} -p 8883 --capath /etc/ssl/certs -i ${quoted(clientId)} \\`,
        `  -u ${quoted(username)} ${proof} \\`,
        `  -q 1 -t ${topic} -m '{"hello":"hub"}'`,
      ];
    }
  }
}

/** Why `handOver` cannot be used for this device, in a sentence. Undefined if it can. */
export function obstacle({ assignedHub, deviceId, connectionProfile }: Assignment): string | undefined {
  if (!isClassicProfile(connectionProfile)) {
    return `the connection profile of ${assignedHub} is ${printable(connectionProfile ?? '')}: such a hub does not speak MQTT 3.1.1`;
  }
  if (/[+#]/.test(deviceId)) {
    // Its topic, devices/{deviceId}/messages/events/, would have a wildcard, which no Topic Name may have [MQTT-3.3.2-2].
    return `the device id ${printable(deviceId)} has a wildcard of MQTT in it (+ or #), so it cannot publish; use another id, or AMQP`;
  }
  // Quotes protect from the shell, but not from the terminal, which acts on control characters while they are pasted.
  if (escaped(assignedHub + deviceId) !== assignedHub + deviceId) {
    return `hub or device id hold characters that cannot be pasted: ${printable(assignedHub)}, ${printable(deviceId)}`;
  }
  return undefined;
}

/** `SharedAccessSignature sr={hub}%2Fdevices%2F{deviceId}&sig={signature}&se={expiry}`. For a device, a hub's token has no `skn`. */
export function hubToken(
  host: string,
  deviceId: string,
  { deviceKey, expiry }: { deviceKey: string; expiry: number },
): string {
  const resource = encodeURIComponent(`${host}/devices/${deviceId}`);
  const signature = createHmac('sha256', Buffer.from(deviceKey, 'base64'))
    .update(`${resource}\n${expiry}`)
    .digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}`;
}

/** A value as one word of a shell. */
export function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
