import type { QoS } from '@mote/codec';
import type { Client } from '../mqtt/client-options.ts';
import { MqttError } from '../mqtt/error.ts';
import type { ReceivedMessage, Subscription } from '../mqtt/subscription.ts';
import { deferred } from '../values.ts';

/** One subscription of a device at its hub. */
export interface HubSubscription {
  /** The QoS that the hub has granted. Rejects with MqttError. */
  readonly granted: Promise<QoS>;
  /** Resolves when the hub has answered, or when there is no connection to ask it on. */
  close(): Promise<void>;
}

/** Now, or when there is a connection, and in each new Session. What comes is handed on at once, to who acknowledges it. */
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
  // Of a Session of an earlier run there may be messages already.
  handOn();
  return {
    granted: granted.promise,
    close: () => new Promise((resolve) => (subscription ? client.unsubscribe(subscription, resolve) : resolve())),
  };
}
