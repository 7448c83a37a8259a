import type { Attestation } from '../attestation/attestation.ts';
import type { ConnectOptionsBase } from '../connect/connect-options.ts';
import type { MqttObservers } from '../connect/mqtt-observers.ts';
import type { HubError } from '../hub/error.ts';
import type { HubEntry } from '../hub/life-options.ts';
import type { Transport } from '../transport/transport.ts';
import type { HubLinkOptionsBase } from './hub-options.ts';

/** What a device is made of. */
export interface DevicePlan {
  readonly link: HubLinkOptionsBase;
  readonly transports: readonly Transport[];
  readonly attestation: (entry: HubEntry) => Attestation | Promise<Attestation>;
  /** The hub that is known, if there is one. */
  readonly entry?: HubEntry | undefined;
  readonly moduleId?: string | undefined;
  /** For the key of a group; the device id unless told. */
  readonly registrationId?: string | undefined;
  /** Of the hub whose key signs. */
  readonly policyName?: string | undefined;
  /** A token that was made elsewhere. */
  readonly token?: string | undefined;
  readonly provision?: ((signal: AbortSignal) => Promise<HubEntry>) | undefined;
  /** Never rejects. The hub is dialled when it is done. */
  readonly save?: ((entry: HubEntry) => Promise<unknown>) | undefined;
  /** Who else looks on beside the caller's own callbacks. */
  readonly observers?: ((options: ConnectOptionsBase, transports: readonly Transport[]) => MqttObservers) | undefined;
  /** Gives an error its sentence and its hint. */
  readonly words?: ((error: HubError, hostName: string) => void) | undefined;
}
