import { bad, type Finding, good, note, skipped } from './finding.ts';
import { type Failure, failed, openPath, resolve } from './path.ts';
import { portsOf, type Subject } from './subject.ts';

/** The findings about the network, and the ports that are open, which the next checks use. */
export interface Network {
  readonly findings: readonly Finding[];
  readonly openPorts: readonly number[];
}

/** Milliseconds for one port. A slow link needs some seconds; a firewall that drops packets uses up all of it. */
const DIAL_MS = 5000;

/** Checks name and ports of the service, directly or through the proxy of --proxy. All ports are tried at the same time. */
export async function checkNetwork(subject: Subject): Promise<Network> {
  const tried = await Promise.all(
    portsOf(subject).map(async (port) => ({ port, failure: await tryPort(subject, port, subject.proxy) })),
  );
  const openPorts = tried.filter(({ failure }) => failure === undefined).map(({ port }) => port);
  const findings =
    subject.proxy === undefined
      ? [await nameFinding(subject), ...(await directFindings(subject, tried, openPorts))]
      : proxyFindings(subject, tried);
  return { findings, openPorts };
}

interface TriedPort {
  readonly port: number;
  readonly failure: string | undefined;
}

async function tryPort(
  { host, timeoutMs }: Subject,
  port: number,
  proxy: string | undefined,
): Promise<string | undefined> {
  const socket = await openPath(host, port, proxy, Math.min(DIAL_MS, timeoutMs));
  if (failed(socket)) return socket.failure;
  socket.destroy();
  return undefined;
}

async function nameFinding({ host, environmentProxy }: Subject): Promise<Finding> {
  const addresses: readonly string[] | Failure = await resolve(host);
  if (!failed(addresses))
    return good('DNS', addresses[0] === host ? `${host} is an address` : `${host} is ${addresses.join(', ')}`);
  const says = `${host} cannot be resolved (${addresses.failure})`;
  if (environmentProxy !== undefined) return note('DNS', says);
  return bad('DNS', 'dns-failed', says, 'Is the host right, is there a network, does the DNS server answer?');
}

/** Without --proxy. If the port is closed and the environment names a proxy, that one is tried, too: then the fix is to give --proxy. */
async function directFindings(
  subject: Subject,
  tried: readonly TriedPort[],
  openPorts: readonly number[],
): Promise<Finding[]> {
  const { environmentProxy } = subject;
  const findings = tried.map((one) => portFinding(one, subject, openPorts));
  if (environmentProxy === undefined) return findings;
  const [wanted] = portsOf(subject);
  if (wanted !== undefined && openPorts.includes(wanted)) {
    return [
      ...findings,
      note('proxy', 'HTTPS_PROXY is set and not used: the direct way is open', 'Give --proxy to go through it.'),
    ];
  }
  const failure = wanted === undefined ? undefined : await tryPort(subject, wanted, environmentProxy);
  if (failure !== undefined) {
    const says = `HTTPS_PROXY does not let us through: ${failure}`;
    return [...findings, bad('proxy', 'proxy-failed', says, proxyFix(failure, environmentProxy, wanted ?? 443))];
  }
  const fix = `Go through it: --proxy "$HTTPS_PROXY" or DPS_PROXY (${withoutLogin(environmentProxy)}).`;
  return [
    ...findings.map((finding) => (finding.problem === 'port-blocked' ? note(finding.check, finding.says) : finding)),
    bad('proxy', 'proxy-needed', 'the direct way is closed, the proxy in HTTPS_PROXY is open', fix),
  ];
}

/** A closed port is an error only if the chosen transport needs it; otherwise a note. */
function portFinding({ port, failure }: TriedPort, subject: Subject, openPorts: readonly number[]): Finding {
  const check = `port ${port}`;
  if (failure === undefined) return good(check, 'open');
  if (failure === 'ENOTFOUND' || failure === 'EAI_AGAIN') return skipped(check, 'not tried: the name is not known');
  const says = failure === 'ETIMEDOUT' ? 'no answer: a firewall drops the packets' : `closed (${failure})`;
  const needed = port === portsOf(subject)[0] && !(subject.transport === 'auto' && openPorts.length > 0);
  if (!needed) return note(check, says);
  const other = openPorts.find((open) => open === subject.webSocketPort);
  const fix =
    other === undefined
      ? 'Open the port towards the service, or go through a proxy with --proxy.'
      : `Port ${other} is open: set --transport to websocket, or auto.`;
  return bad(check, 'port-blocked', says, fix);
}

function proxyFindings({ proxy, host }: Subject, tried: readonly TriedPort[]): Finding[] {
  return tried.map(({ port, failure }) => {
    if (failure === undefined) return good('proxy', `${withoutLogin(proxy)} opens the way to ${host}:${port}`);
    if (failure.startsWith('proxy: ')) return bad('proxy', 'proxy-failed', 'its URL cannot be right', urlFix(failure));
    const says = `${withoutLogin(proxy)}, to ${host}:${port}: ${failure}`;
    return bad('proxy', 'proxy-failed', says, proxyFix(failure, proxy, port));
  });
}

const urlFix = (sentence: string): string => `Write it as ${sentence.replace('proxy: ', '')}.`;

function proxyFix(failure: string, proxy: string | undefined, port: number): string {
  if (failure.startsWith('proxy: ')) return urlFix(failure);
  if (/ wants /.test(failure) && !/\bBasic\b/i.test(failure)) {
    return 'Mote speaks Basic only: ask who runs the proxy for it, or run a local proxy that speaks the other.';
  }
  if (/407|401/.test(failure)) {
    return !proxy?.includes('@')
      ? 'Give user and password in the URL of the proxy: http://user:password@host:port.'
      : 'Are user and password in the URL right? Characters such as @ and : are percent-encoded.';
  }
  if (/403/.test(failure) && port !== 443) return 'Many proxies allow port 443 only: set --transport to websocket.';
  if (/ 5\d\d/.test(failure))
    return 'The proxy cannot reach the service: is --host right, and may the proxy dial that port?';
  return 'Check host and port of the proxy; ask for CONNECT to that port.';
}

/** The proxy without user and password. In a URL that is written wrong the password may stand anywhere, so nothing of it is shown. */
function withoutLogin(url = ''): string {
  const [, address] = /^http:\/\/(?:[^/?#@]*@)?([\w.:[\]-]+)\/?$/i.exec(url) ?? [];
  return address === undefined ? 'the proxy' : `http://${address}`;
}
