/** `known`: the hub has its identity, and it has not connected so far. */
export type DeviceState = 'known' | 'connecting' | 'connected' | 'registering' | 'assigned' | 'refused' | 'gone';

/** How a device stands after all that was told of it, whether or not what was told is still kept. */
export interface Standing {
  readonly id: string;
  state: DeviceState;
  /** The hub, or why not. */
  outcome: string;
  /** When it was last heard of, in milliseconds since 1970; 0 for never. */
  time: number;
}

/** What of a notice changes how a device stands. */
export interface News {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly type: string;
  readonly text: string;
  readonly failed?: true;
}

/** Brings a device up to date. The emulator's side and the page both count with this, so that they agree. */
export function advance(standing: Standing, news: News): void {
  const { state } = standing;
  standing.time = news.time;
  standing.state = stateAfter(state, news);
  if (standing.state === 'assigned' || standing.state === 'refused') {
    // `refused` says why, the answer behind it only with which code.
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
