/** `known`: the hub has an identity for it, but it has not connected yet. */
export type DeviceState = 'known' | 'connecting' | 'connected' | 'registering' | 'assigned' | 'refused' | 'gone';

/** The state of a device after all events about it, also those that are no longer kept. */
export interface Standing {
  readonly id: string;
  state: DeviceState;
  /** The hub that it was assigned to, or why it has none. */
  outcome: string;
  /** Time of its last event in milliseconds since 1970; 0 if there was none. */
  time: number;
}

/** The part of a notice that changes the state of a device. */
export interface News {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly type: string;
  readonly text: string;
  readonly failed?: true;
}

/** Updates the state of a device by one notice. Server and page both use this function, so they agree. */
export function advance(standing: Standing, news: News): void {
  const { state } = standing;
  standing.time = news.time;
  standing.state = stateAfter(state, news);
  if (standing.state === 'assigned' || standing.state === 'refused') {
    // The notice `refused` says why; the reply that follows it only has the code, so it does not replace the reason.
    if (news.type === 'assigned' || news.type === 'refused') standing.outcome = news.text;
    else if (news.failed && standing.outcome === '') standing.outcome = news.text;
  } else if (standing.state !== state) {
    standing.outcome = standing.state === 'gone' ? news.text : '';
  }
}

function stateAfter(state: DeviceState, { type, failed, text }: News): DeviceState {
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
