import { connect } from 'node:net';
import { encodeConnect } from '@mote/codec';
import { foreignName } from '../packets/foreign.ts';

/** Milliseconds for each of the two connections. It is short, since the user has already waited for the failure. */
const LOOK_MS = 1000;
const PLAIN = 'MQTT without TLS';
/** A request that HTTP servers of every version answer. */
const GET = new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n');

/**
 * Finds out what listens on a port that does not speak TLS: `SSH`, `an HTTP response`. Undefined if it stays silent, or if its answer is
 * unknown. It is asked in plain text, so no id and no credential is sent.
 */
export async function whatAnswers(host: string, port: number): Promise<string | undefined> {
  // A CONNECT with an empty client id: every MQTT server answers it with a CONNACK, and many other servers with an error of their own.
  const first = await answerTo(host, port, encodeConnect({ clientId: '' }));
  if (isConnack(first)) return PLAIN;
  return foreignName(first) ?? foreignName(await answerTo(host, port, GET));
}

function isConnack(bytes: Uint8Array): boolean {
  return bytes.length === 4 && bytes[0] === 0x20 && bytes[1] === 2;
}

/** Sends a question and returns the first bytes of the answer; no bytes if none come in time. */
function answerTo(host: string, port: number, question: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (bytes: Uint8Array = new Uint8Array(0)) => {
      socket.destroy();
      resolve(bytes);
    };
    socket.setTimeout(LOOK_MS, () => done());
    socket.on('connect', () => socket.write(question));
    socket.on('data', (bytes) => done(bytes));
    socket.on('error', () => done());
    socket.on('close', () => done());
  });
}

/**
 * A hint for a failed handshake: what answered in place of TLS, and what to do. Undefined if the other side spoke TLS, if there is a
 * proxy, or if the answer is unknown. `plain` is the advice for a server that speaks MQTT without TLS.
 */
export async function answerHint(
  { message, reason }: { readonly message: string; readonly reason?: string | undefined },
  proxy: string | undefined,
  plain: string,
): Promise<string | undefined> {
  const [, bracketed, name, port] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d+): /i.exec(message) ?? [];
  const host = bracketed ?? name;
  if (proxy !== undefined || host === undefined || !wasNoTls(`${reason} ${message}`)) return undefined;
  const what = await whatAnswers(host, Number(port));
  return (
    what && `${what[0]!.toUpperCase()}${what.slice(1)} answers there. ${what === PLAIN ? plain : 'Is the port right?'}`
  );
}

/** Whether a handshake failed because the other side does not speak TLS. `failure` is a code of Node, or words of OpenSSL. */
export function wasNoTls(failure: string | undefined): boolean {
  return /wrong[_ ]version[_ ]number|packet[_ ]length|http[_ ]request/i.test(failure ?? '');
}
