import { messageOf } from '../values.ts';
import { explain as explainProvisioning, type Words } from './explain.ts';
import type { Failure, Setting } from './failure.ts';
import { explainHub, type HubFailure } from './hub.ts';
import { explainMqtt, type MqttFailure, type MqttSetting } from './mqtt.ts';

/**
 * Says what a failure means and what to do. Takes a ProvisioningError, MqttError or HubError, or the object that its JSON gives; an object
 * without a `name` is of a provisioning. Of anything else that was thrown it says the message. `setting` says how the device was set up:
 * the more is known of it, the more exact the hint is. No secret is needed, and none appears. `inFlags` turns names of options into flags
 * of the command.
 *
 * @example
 * const { message, hint } = explain({ code: 'unauthorized', stage: 'register' }, { attestation: 'x509' });
 */
export function explain(error: MqttFailure | HubFailure, setting?: MqttSetting): Words;
export function explain(error: Failure, setting?: Setting): Words;
export function explain(error: unknown, given?: object): Words {
  const setting: object = given ?? {};
  const { name, code, cause } = Object(error) as { name?: unknown; code?: unknown; cause?: unknown };
  if (typeof code !== 'string') return { message: messageOf(error) ?? 'something was thrown that is no error' };
  if (name === 'MqttError') return explainMqtt(error as MqttFailure, setting);
  if (name !== 'HubError') return explainProvisioning(error as Failure, setting);
  const ofProvisioning = (Object(cause) as { name?: unknown }).name === 'ProvisioningError';
  if (!ofProvisioning || code === 'invalid-options') return explainHub(error as HubFailure, setting);
  return explainProvisioning(cause as Failure, setting);
}
