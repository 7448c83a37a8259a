import { type Invocation, UsageError } from '../command.ts';

/** The parts of --url (-L), which mosquitto_pub and mosquitto_sub have, too. */
export interface ServerUrl {
  /** `mqtt://HOST:PORT`: the same form as the operand. */
  readonly server: string;
  readonly userName: string | undefined;
  readonly password: string | undefined;
  readonly topic: string | undefined;
}

/** Reads --url: `mqtt(s)://[username[:password]@]host[:port]/topic`. Throws a UsageError that does not repeat the password. */
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
