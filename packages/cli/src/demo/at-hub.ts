import type { HubDevice } from '@mote/client';
import type { Emulator } from '@mote/emulator';

/** What device and hub did together, in lines to print. */
export type Told = readonly (readonly [what: string, how: string])[];

/** Sends one message, and waits until the hub has received it. */
export async function sendTelemetry(device: HubDevice, azure: Emulator, temperature: number): Promise<Told> {
  await device.send({ temperature });
  for await (const { deviceId, json } of azure.hub.telemetry())
    if (deviceId === device.deviceId) return [['telemetry', `${JSON.stringify(json)} received by the hub`]];
  return [];
}

/** Lets the hub call a method of the device. */
export async function answerMethod(device: HubDevice, azure: Emulator): Promise<Told> {
  await device.onMethod('reboot', () => ({ status: 200, payload: { rebooting: true } }));
  const asked = { delay: 5 };
  const { status, payload } = await azure.hub.invoke(device.deviceId, 'reboot', asked);
  return [['method', `reboot ${JSON.stringify(asked)} answered with ${status} ${JSON.stringify(payload)}`]];
}

/** Lets the hub change a desired property. The device reports the same value back. */
export async function followTwin(device: HubDevice, azure: Emulator): Promise<Told> {
  const wanted = { interval: 10 };
  for await (const { complete, patch } of device.twin.desired()) {
    // `complete`: the whole twin as it was before, which comes first.
    if (complete) await azure.hub.setDesired(device.deviceId, wanted);
    else {
      const version = await device.twin.report(patch);
      return [['twin', `desired ${JSON.stringify(patch)} reported back, version ${version}`]];
    }
  }
  return [];
}
