import { isIP } from 'node:net';
import { rootCertificates, type TLSSocket } from 'node:tls';
import { wasNoTls, whatAnswers } from '../network/what-answers.ts';
import { commonName, issuerName } from './chain.ts';
import { bad, type Finding, good } from './finding.ts';
import { answerHead, failed, handshake, openPath } from './path.ts';
import type { Subject } from './subject.ts';
import { span } from './time-span.ts';

/** Milliseconds for each step: the connection, the handshake, the answer that tells the time. */
const STEP_MS = 5000;
/** Milliseconds. A token lives for an hour, so a clock that is wrong by five minutes does no harm. */
const TOLERATED_SKEW_MS = 5 * 60_000;

/** What the handshake on one port has shown. */
export interface TlsReport {
  readonly findings: readonly Finding[];
  /** Milliseconds by which this machine's clock is ahead of the service's. Undefined if the service did not tell its time. */
  readonly skewMs: number | undefined;
}

/**
 * Makes a TLS handshake and checks the certificate of the service: this machine must trust it, and it must be for the host `expected`.
 * On the WebSocket port the service is also asked for its time.
 */
export async function checkTls(subject: Subject, port: number, expected: string = subject.host): Promise<TlsReport> {
  const { host, proxy, ca } = subject;
  const check = `TLS on ${port}`;
  const path = await openPath(host, port, proxy, STEP_MS);
  if (failed(path))
    return { findings: [bad(check, 'tls-failed', path.failure, 'See the port above.')], skewMs: undefined };
  // SNI and certificates have no dot at the end [RFC 6066 3].
  const name = expected.replace(/\.$/, '');
  const servername = isIP(name) === 0 ? { servername: name } : {};
  const secure = await handshake(path, { ...servername, host: name, ...(ca === undefined ? {} : { ca }) }, STEP_MS);
  if (failed(secure)) {
    const what = proxy === undefined && wasNoTls(secure.failure) ? await whatAnswers(host, port) : undefined;
    return { findings: [handshakeFinding(check, secure.failure, subject, what)], skewMs: undefined };
  }
  try {
    const findings = [trustFinding(check, secure, { ...subject, host: expected })];
    return { findings, skewMs: port === subject.webSocketPort ? await skew(secure, subject) : undefined };
  } finally {
    secure.destroy();
  }
}

/** The finding about the clock of this machine, from the time that `checkTls` has found. */
export function clockFinding(skewMs: number | undefined, { now }: Subject): Finding {
  const time = new Date(now()).toISOString();
  if (skewMs === undefined) return { check: 'clock', state: 'skipped', says: `says ${time}; nobody could be asked` };
  if (Math.abs(skewMs) <= TOLERATED_SKEW_MS) return good('clock', `agrees with the service to ${span(skewMs)}`);
  return bad(
    'clock',
    'clock-skew',
    `it is ${span(skewMs)} ${skewMs > 0 ? 'ahead' : 'behind'}: it says ${time}`,
    'Set the clock, best by NTP: tokens and certificates are judged by time.',
  );
}

function handshakeFinding(check: string, failure: string, { transport }: Subject, what: string | undefined): Finding {
  return bad(
    check,
    'tls-failed',
    `no handshake (${failure})`,
    wasNoTls(failure)
      ? `${what === undefined ? 'Something other than TLS' : capitals(what)} answers there: check the port.`
      : `A firewall or proxy may cut TLS: ${transport === 'tls' ? 'set --transport to websocket' : 'ask who runs the network'}.`,
  );
}

function capitals(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function trustFinding(check: string, socket: TLSSocket, { host, ca }: Subject): Finding {
  // `getPeerCertificate` is not used: for some curves Node 24.21 crashes in it (SIGSEGV).
  const certificate = socket.getPeerX509Certificate();
  const signer = (certificate && issuerName(certificate)) || 'an unnamed authority';
  const subject = (certificate && commonName(certificate)) ?? host;
  // Its type is Error, but the value is the code as a string.
  const problem = socket.authorized ? undefined : String(socket.authorizationError);
  if (problem === undefined) return good(check, `${socket.getProtocol()}; ${subject}, signed by ${signer}`);
  if (/ALTNAME/.test(problem)) {
    return bad(
      check,
      'server-name',
      `the certificate is for ${certificate?.subjectAltName ?? 'no host: it has no subjectAltName'}, not for ${host}`,
      'Dial a name that is a subjectAltName of it.',
    );
  }
  if (/EXPIRED|NOT_YET_VALID/.test(problem)) {
    return bad(
      check,
      'server-cert-dates',
      `the certificate is not valid now (${problem})`,
      'Set the clock of this machine.',
    );
  }
  const roots =
    ca === undefined ? `the ${rootCertificates.length} authorities that Node knows` : 'the authority in --ca';
  return bad(
    check,
    'wrong-ca',
    `the certificate is signed by ${signer}, which is not ${ca === undefined ? 'among ' : ''}${roots} (${problem})`,
    ca === undefined
      ? 'If the service has an authority of its own, as the emulator, give its PEM with --ca. If not, somebody opens TLS.'
      : 'Give the PEM of the authority that signed it, or leave --ca out for the public service.',
  );
}

/** The clock difference by the Date header of an HTTP answer. Any answer has one, also 404, so nothing secret needs to be sent. */
async function skew(socket: TLSSocket, { host, now }: Subject): Promise<number | undefined> {
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const head = await answerHead(socket, STEP_MS);
  const date = Date.parse(/^date: (.+)$/im.exec(head)?.[1] ?? '');
  return Number.isNaN(date) ? undefined : now() - date;
}
