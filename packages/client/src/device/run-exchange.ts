import { encodeUtf8 } from '@mote/codec';
import { HUB_FILTERS, type HubFilter } from '../azure/hub-topics.ts';
import type { RunningClient } from '../connect/run-client.ts';
import { now } from '../driver.ts';
import { type HubError, hubErrorOf } from '../hub/error.ts';
import { type HubAction, type HubExchange, makeExchange } from '../hub/exchange.ts';
import type { MethodCall } from '../hub/method-calls.ts';
import type { MqttError } from '../mqtt/error.ts';
import { crypto } from '../node.ts';
import type { HubNames } from './hub-client.ts';
import { subscribe } from './hub-subscription.ts';
import { makeTimer } from './timer.ts';

/** The method handlers of the device. */
export interface MethodHandlers {
  call(call: MethodCall): void;
  cancel(requestId: string): void;
}

/** The machine of the exchange, and what carries out its actions: it subscribes, publishes and calls method handlers. */
export interface RunningExchange {
  readonly machine: HubExchange;
  /** Carries out actions of the exchange. */
  run(actions: readonly HubAction[]): void;
  /** Resolves when the hub has granted this filter. Undefined for a filter that was not subscribed to. */
  granted(filter: HubFilter): Promise<unknown>;
  /** Ends everything that waits. `error` is undefined after a normal close. */
  close(error?: unknown): void;
}

/** The parts of the link that it uses. */
export interface ExchangeLink {
  names(): HubNames;
  /** The MQTT client; undefined before a hub is known. */
  client(): RunningClient | undefined;
  /** Gives an error its sentence and hint, and returns it. */
  explained<Failure>(error: Failure): Failure;
}

/** Makes the machine of the exchange. It subscribes and publishes through the client of `link`. */
export function runExchange(link: ExchangeLink, methods: MethodHandlers): RunningExchange {
  const machine = makeExchange(() => crypto().randomBytes(16).toString('hex'));
  const granted = new Map<HubFilter, Promise<unknown>>();
  const timer = makeTimer(() => run(machine.wake(now())));

  function run(actions: readonly HubAction[]): void {
    for (const action of actions) {
      if (action.type === 'subscribe') listen(action.filter);
      // A publish that is lost with its connection needs no care: the exchange asks again on the next one.
      else if (action.type === 'publish')
        link
          .client()!
          .publish(action.topicName, encodeUtf8(action.text)!, {})
          .catch(() => {});
      else if (action.type === 'call') methods.call(action.call);
      else if (action.type === 'cancel') methods.cancel(action.requestId);
      else timer(action.until);
    }
  }

  function listen(filter: HubFilter): void {
    const stream = subscribe(link.client()!.client, HUB_FILTERS[filter](link.names()), (message) => {
      message.ack();
      run(machine.receive(message.topicName, message.payload, now()));
    });
    granted.set(filter, stream.granted);
    stream.granted.catch((error: MqttError) => {
      if (error.code === 'subscribe-refused')
        run(machine.refused(filter, link.explained(hubErrorOf(error) as HubError)));
    });
  }

  return {
    machine,
    run,
    granted: (filter) => granted.get(filter)!,

    close(error) {
      run(machine.close(error as HubError));
      timer(Infinity);
    },
  };
}
