import type { Abortable } from '../abort.ts';
import type { Attestation } from '../attestation/attestation.ts';
import type { ConnectOptionsBase } from '../connect/connect-options.ts';
import type { MqttObservers } from '../connect/mqtt-callbacks.ts';
import type { HubError } from '../hub/error.ts';
import type { HubEntry } from '../hub/life-options.ts';
import type { Transport } from '../transport/transport.ts';
import type { HubLinkOptionsBase } from './hub-options.ts';

/** Everything that a device is made from, once its options are checked. */
export interface DevicePlan {
  readonly link: HubLinkOptionsBase;
  readonly transports: readonly Transport[];
  readonly attestation: (entry: HubEntry) => Attestation | Promise<Attestation>;
  /** The known hub, if there is one. A promise never rejects. */
  readonly entry?: HubEntry | Promise<HubEntry | undefined> | undefined;
  readonly moduleId?: string | undefined;
  /** From which a group key derives the device's key. Default: the device id. */
  readonly registrationId?: string | undefined;
  /** The hub's policy, when its key signs the tokens (`SharedAccessKeyName`). */
  readonly policyName?: string | undefined;
  /** A token that was made elsewhere (`SharedAccessSignature`). It is not renewed. */
  readonly token?: string | undefined;
  readonly provision?: ((signal: AbortSignal) => Promise<HubEntry>) | undefined;
  /** Saves an assignment. Never rejects. The hub is dialled after it has settled. */
  readonly save?: ((entry: HubEntry) => Promise<unknown>) | undefined;
  /** Makes the observers; the caller's own callbacks by default. */
  readonly observers?: ((options: ConnectOptionsBase, transports: readonly Transport[]) => MqttObservers) | undefined;
  /** Gives an error its sentence and its hint, unless it is the reason of the signal of `call`. Absent in the lean entry. */
  readonly words?: ((error: HubError, hostName: string, call?: Abortable) => void) | undefined;
}
