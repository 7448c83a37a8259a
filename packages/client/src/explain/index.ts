// Sentences and hints for people, made from codes, reasons, numbers and the service's texts. Nothing here needs a platform.

export { idsAreSwapped, looksLikeIdScope, otherCloud } from './clouds.ts';
export type { Words } from './explain.ts';
export type { Failure, Setting } from './failure.ts';
export { inFlags } from './flags.ts';
export { explainHub, type HubFailure } from './hub.ts';
export { explainMqtt, MQTT_FLAGS, type MqttFailure, type MqttSetting } from './mqtt.ts';
export { explain } from './of-error.ts';
export { escaped, jsonText, printable } from './printable.ts';
