import type { QoS } from '@mote/codec';
import type { Client } from '../mqtt/client-options.ts';
import { MqttError } from '../mqtt/error.ts';
import type { ReceivedMessage, Subscription } from '../mqtt/subscription.ts';
import { deferred } from '../values.ts';

/** One subscription of a device at its hub. */
export interface HubSubscription {
  /** Resolves with the QoS that the hub has granted. Rejects with MqttError. */
  readonly granted: Promise<QoS>;
  /** Unsubscribes. Resolves when the hub has answered, or at once without a connection. */
  close(): Promise<void>;
}

/** Subscribes now or with the next connection, and again in each new Session. `onMessage` gets each message and must acknowledge it. */
export function subscribe(
  client: Client,
  topicFilter: string,
  onMessage: (message: ReceivedMessage) => void,
): HubSubscription {
  const granted = deferred<QoS>();
  let subscription: Subscription | undefined;
  function handOn(): boolean {
    for (let message = subscription?.take(); message; message = subscription?.take()) onMessage(message);
    return true;
  }
  subscription = client.subscribe({
    topicFilter,
    qos: 1,
    highWater: 100,
    whenFull: 'hold',
    onMessage: handOn,
    onGranted: granted.resolve,
    onEnd: (error = new MqttError('closed', 'subscribe')) => granted.reject(error),
  });
  // Messages may be there already, from a Session of an earlier run of the program.
  handOn();
  return {
    granted: granted.promise,
    close: () => new Promise((resolve) => (subscription ? client.unsubscribe(subscription, resolve) : resolve())),
  };
}
