export interface PeerImport {
  readonly what: string;
  readonly package: string;
  readonly code: string;
}

export const peerCodecs: readonly PeerImport[] = [
  {
    what: 'u8-mqtt-packet, codec for 3.1.1',
    package: 'u8-mqtt-packet',
    code: `export { mqtt_pkt_ctx } from 'u8-mqtt-packet/esm/codec_bind.js';
      export { default } from 'u8-mqtt-packet/esm/codec_v4_full.js';`,
  },
  {
    what: 'mqtts, packets only',
    package: 'mqtts',
    code: `export { MqttTransformer } from 'mqtts/dist/mqtt.parser.js';
      export { PacketWriter } from 'mqtts/dist/packets/packet-writer.js';`,
  },
  {
    what: '@sap/xb-msg-mqtt-v311, packets only',
    package: '@sap/xb-msg-mqtt-v311',
    code: `export { default as packets } from '@sap/xb-msg-mqtt-v311/lib/model/packets.js';
      export { default as encoder } from '@sap/xb-msg-mqtt-v311/lib/serialize/encoder.js';
      export { default as decoder } from '@sap/xb-msg-mqtt-v311/lib/serialize/decoder.js';`,
  },
  {
    what: 'mqtt-packet',
    package: 'mqtt-packet',
    code: `export { generate, parser, writeToStream } from 'mqtt-packet';`,
  },
];

export const peerClients: readonly PeerImport[] = [
  {
    what: 'u8-mqtt, 3.1.1 client (MQTT only)',
    package: 'u8-mqtt',
    code: `export { mqtt_v4 } from 'u8-mqtt/esm/node/v4.mjs';`,
  },
  { what: 'paho-mqtt (MQTT only)', package: 'paho-mqtt', code: `export { default } from 'paho-mqtt';` },
  { what: 'mqtts (MQTT only)', package: 'mqtts', code: `export { MqttClient } from 'mqtts';` },
  { what: 'mqtt, which is MQTT.js (MQTT only)', package: 'mqtt', code: `export { connect } from 'mqtt';` },
];

/** What Microsoft's documentation tells a device to install for symmetric keys over MQTT. */
export const azureSdk: PeerImport = {
  what: 'Azure SDK: DPS over MQTT with symmetric key',
  package: 'azure-iot-provisioning-device-mqtt',
  code: `export { ProvisioningDeviceClient } from 'azure-iot-provisioning-device';
    export { Mqtt } from 'azure-iot-provisioning-device-mqtt';
    export { SymmetricKeySecurityClient } from 'azure-iot-security-symmetric-key';`,
};

/** And then the day's work at the hub, by the same documentation. */
export const azureDeviceSdk: PeerImport = {
  what: 'Azure SDK: from key to telemetry over MQTT',
  package: 'azure-iot-device-mqtt',
  code: `${azureSdk.code}
    export { Client, Message } from 'azure-iot-device';
    export { Mqtt as HubMqtt } from 'azure-iot-device-mqtt';`,
};
