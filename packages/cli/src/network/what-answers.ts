import { connect } from 'node:net';
import { encodeConnect } from '@mote/codec';
import { foreignName } from '../packets/foreign.ts';

/** For each of the two looks. Somebody waits for the answer, who has seen the failure already. */
const LOOK_MS = 1000;
const PLAIN = 'MQTT without TLS';
/** HTTP servers answer it, whatever version they speak. */
const GET = new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n');

/**
 * What speaks at a port that does not speak what was expected, for people: `SSH`, `an HTTP response`; undefined when it stays silent or
 * nobody knows. It is asked in plain text, and told nothing: no id and no credential leaves this machine.
 */
export async function whatAnswers(host: string, port: number): Promise<string | undefined> {
  // A CONNECT without a name: a server of MQTT answers it, well or not, and others begin to speak or to complain.
  const first = await answerTo(host, port, encodeConnect({ clientId: '' }));
  if (isConnack(first)) return PLAIN;
  return foreignName(first) ?? foreignName(await answerTo(host, port, GET));
}

function isConnack(bytes: Uint8Array): boolean {
  return bytes.length === 4 && bytes[0] === 0x20 && bytes[1] === 2;
}

/** The first bytes that come; none when there are none in time. */
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
 * Of a failed handshake: what answered in place of TLS, and what to do. Undefined when it was TLS, when a proxy is in between, or when
 * nobody knows. `plain` is the advice where MQTT answers without TLS.
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

/** Whether a failed handshake says that the other side spoke no TLS: in a code of Node, or in the words of OpenSSL. */
export function wasNoTls(failure: string | undefined): boolean {
  return /wrong[_ ]version[_ ]number|packet[_ ]length|http[_ ]request/i.test(failure ?? '');
}
