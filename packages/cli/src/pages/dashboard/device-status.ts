/** `known`: the hub has an identity for it, but it has not connected yet. */
export type DeviceState = 'known' | 'connecting' | 'connected' | 'registering' | 'assigned' | 'refused' | 'gone';

/** The state of a device after all events about it, also those that are no longer kept. */
export interface DeviceStatus {
  readonly id: string;
  state: DeviceState;
  /** The hub that it was assigned to, or why it has none. */
  outcome: string;
  /** Time of its last event in milliseconds since 1970; 0 if there was none. */
  time: number;
}

/** The part of a notice that changes the state of a device. */
export interface StatusChange {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly type: string;
  readonly text: string;
  readonly failed?: true;
}

/** Updates the state of a device by one notice. Server and page both use this function, so they agree. */
export function applyChange(status: DeviceStatus, change: StatusChange): void {
  const { state } = status;
  status.time = change.time;
  status.state = stateAfter(state, change);
  if (status.state === 'assigned' || status.state === 'refused') {
    // The notice `refused` says why; the reply that follows it only has the code, so it does not replace the reason.
    if (change.type === 'assigned' || change.type === 'refused') status.outcome = change.text;
    else if (change.failed && status.outcome === '') status.outcome = change.text;
  } else if (status.state !== state) {
    status.outcome = status.state === 'gone' ? change.text : '';
  }
}

function stateAfter(state: DeviceState, { type, failed, text }: StatusChange): DeviceState {
  switch (type) {
    case 'connection':
      return 'connecting';
    case 'connected':
      return 'connected';
    case 'register':
      return 'registering';
    case 'assigned':
    case 'refused':
      return type;
    case 'reply':
      return failed ? 'refused' : state;
    case 'closed':
      return state === 'assigned' || state === 'refused' ? state : 'gone';
    case 'device':
      return text === 'removed' ? 'gone' : state;
    default:
      return state;
  }
}
