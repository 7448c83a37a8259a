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
export interface Callee {
  call(call: MethodCall): void;
  cancel(requestId: string): void;
}

/** Carries out what the exchange decides: subscribes, publishes, calls method handlers. */
export interface HubTalk {
  readonly exchange: HubExchange;
  /** Carries out actions of the exchange. */
  run(actions: readonly HubAction[]): void;
  /** Resolves when the hub has granted this filter. Undefined for a filter that was not subscribed to. */
  granted(filter: HubFilter): Promise<unknown>;
  /** Ends everything that waits. `error` is undefined after a normal close. */
  close(error?: unknown): void;
}

/** The parts of the link that it uses. */
export interface TalkLink {
  names(): HubNames;
  /** The MQTT client; undefined before a hub is known. */
  client(): RunningClient | undefined;
  spoken<Failure>(error: Failure): Failure;
}

export function makeTalk(link: TalkLink, methods: Callee): HubTalk {
  const exchange = makeExchange(() => crypto().randomBytes(16).toString('hex'));
  const granted = new Map<HubFilter, Promise<unknown>>();
  const timer = makeTimer(() => run(exchange.wake(now())));

  function run(actions: readonly HubAction[]): void {
    for (const action of actions) {
      if (action.type === 'subscribe') listen(action.filter);
      // A publish that is lost with its connection needs no care: the exchange asks again on the next one.
      else if (action.type === 'publish')
        link
          .client()!
          .publish(action.topicName, action.text, {})
          .catch(() => {});
      else if (action.type === 'call') methods.call(action.call);
      else if (action.type === 'cancel') methods.cancel(action.requestId);
      else timer(action.until);
    }
  }

  function listen(filter: HubFilter): void {
    const stream = subscribe(link.client()!.client, HUB_FILTERS[filter](link.names()), (message) => {
      message.ack();
      run(exchange.receive(message.topicName, message.payload, now()));
    });
    granted.set(filter, stream.granted);
    stream.granted.catch((error: MqttError) => {
      if (error.code === 'subscribe-refused') run(exchange.refused(filter, link.spoken(hubErrorOf(error) as HubError)));
    });
  }

  return {
    exchange,
    run,
    granted: (filter) => granted.get(filter)!,

    close(error) {
      run(exchange.close(error as HubError));
      timer(Infinity);
    },
  };
}
