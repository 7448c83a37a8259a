import { type Invocation, UsageError } from '../command.ts';

/** What `-L` holds: as mosquitto_pub and mosquitto_sub read it. */
export interface ServerUrl {
  /** `mqtt://HOST:PORT`, as the operand is written. */
  readonly server: string;
  readonly userName: string | undefined;
  readonly password: string | undefined;
  readonly topic: string | undefined;
}

/** `mqtt(s)://[username[:password]@]host[:port]/topic`. Throws UsageError, which does not repeat the password. */
export function urlOf(invocation: Invocation): ServerUrl | undefined {
  const text = invocation.text('url');
  if (text === undefined) return undefined;
  const parts = /^(mqtts?|wss?|ssl|tcp):\/\/(?:([^/@:]*)(?::([^/@]*))?@)?([^/@?#]+)(?:\/(.*))?$/i.exec(text);
  if (parts === null) throw new UsageError('--url is mqtts://[USER[:PASSWORD]@]HOST[:PORT]/TOPIC');
  const [, scheme = '', user, password, host = '', topic] = parts;
  return {
    server: `${scheme}://${host}`,
    userName: decoded(user),
    password: decoded(password),
    topic: topic ? decoded(topic) : undefined,
  };
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text);
  } catch {
    throw new UsageError('--url: a % in it is no percent-encoding');
  }
}
