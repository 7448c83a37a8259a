import type { ConnectPacket } from '@mote/codec';
import type { CertificateView } from '../certificate-view.ts';
import type { ConnectRefusal } from '../check-connect.ts';
import { judgeChain } from '../judge-chain.ts';
import { percentDecode } from '../percent-decode.ts';
import { type Hmac, isSignedBy, parseSasToken } from '../sas-token.ts';
import type { Hub } from './hub.ts';
import type { HubDevice } from './hub-device.ts';
import { canonicalHost, type HubUserName } from './hub-words.ts';

export interface HubConnectRules {
  /** Hosts in their canonical form. */
  readonly isHub: (host: string) => boolean;
  readonly apiVersions: ReadonlySet<string>;
  readonly hmac: Hmac;
  readonly chainChecks: 'openssl' | 'signatures';
}

/** A device that has shown who it is. */
export interface HubConnect {
  readonly device: HubDevice;
  readonly credentials: 'sas' | 'x509';
  /** Milliseconds since 1970, of a SAS token. */
  readonly expiresAt: number | undefined;
}

/** At the hub everything is judged at CONNECT. */
export function checkHubConnect(
  packet: ConnectPacket,
  name: HubUserName,
  chain: readonly CertificateView[],
  hub: Hub,
  rules: HubConnectRules,
  now: number,
): HubConnect | ConnectRefusal {
  const id = name.moduleId === undefined ? name.deviceId : `${name.deviceId}/${name.moduleId}`;
  if (packet.clientId !== id) {
    return { returnCode: 2, reason: `client id "${packet.clientId}" is not "${id}", as the user name says` };
  }
  if (!rules.isHub(canonicalHost(name.host))) return notAuthorized(`there is no hub "${name.host}"`);
  if (name.apiVersion !== undefined && !rules.apiVersions.has(name.apiVersion.toLowerCase())) {
    return notAuthorized(`api-version ${name.apiVersion} is not known at a hub`);
  }
  const device = hub.device(id);
  if (device === undefined) return notAuthorized(`there is no device "${id}"`);
  if (device.hub !== undefined && canonicalHost(device.hub) !== canonicalHost(name.host)) {
    return notAuthorized(`"${id}" was assigned to ${device.hub}, not to ${name.host}`);
  }
  if (!device.enabled) return notAuthorized(`"${id}" is disabled`);
  const { password } = packet;
  const fault =
    password !== undefined && password.length > 0
      ? bySas(latin1(password), name, device, rules, now)
      : byCertificate(chain, name.deviceId, device, rules, now);
  if (typeof fault === 'string') return notAuthorized(fault);
  return { device, ...fault };
}

type Proof = Pick<HubConnect, 'credentials' | 'expiresAt'>;

function bySas(
  password: string,
  { host, deviceId, moduleId }: HubUserName,
  device: HubDevice,
  rules: HubConnectRules,
  now: number,
): Proof | string {
  const token = parseSasToken(password);
  if (typeof token === 'string') return token;
  const expected = `${host}/devices/${deviceId}${moduleId === undefined ? '' : `/modules/${moduleId}`}`;
  const resource = percentDecode(token.resource);
  if (resource === undefined || !covers(resource, expected)) {
    return `sr of the token is "${resource}", expected "${expected}"`;
  }
  if (token.keyName !== undefined && token.keyName !== '') {
    return `skn of the token is "${token.keyName}", and there are no policies here`;
  }
  if (!device.credentials.keys.some((key) => isSignedBy(token, key, rules.hmac))) {
    return 'the signature does not match any key of the device';
  }
  const expiresAt = Number(token.expiry) * 1000;
  if (expiresAt <= now) return `the token expired ${Math.ceil((now - expiresAt) / 1000)} s ago`;
  return { credentials: 'sas', expiresAt };
}

/** A prefix by path segments; case counts in all but the host. */
function covers(resource: string, expected: string): boolean {
  const [host = '', ...path] = resource.split('/');
  const [expectedHost = '', ...expectedPath] = expected.split('/');
  return (
    canonicalHost(host) === canonicalHost(expectedHost) &&
    path.length > 0 &&
    path.every((segment, index) => segment === expectedPath[index])
  );
}

function byCertificate(
  chain: readonly CertificateView[],
  deviceId: string,
  { credentials }: HubDevice,
  { chainChecks }: HubConnectRules,
  now: number,
): Proof | string {
  const [leaf] = chain;
  if (leaf === undefined) return 'neither a password nor a client certificate was given';
  if (!(now >= leaf.notBefore && now <= leaf.notAfter)) return 'the client certificate is outside its validity period';
  const proof = { credentials: 'x509', expiresAt: undefined } as const;
  const { thumbprints, anchors } = credentials;
  if (thumbprints.includes(leaf.sha256Thumbprint) || thumbprints.includes(leaf.sha1Thumbprint)) return proof;
  if (anchors === undefined) return `thumbprint ${leaf.sha1Thumbprint} is not the one of the device`;
  if (leaf.commonName !== deviceId) return `CN "${leaf.commonName}" of the certificate is not the device id`;
  const verdict = judgeChain(chain, anchors, now, chainChecks);
  return typeof verdict === 'string' ? verdict : proof;
}

const notAuthorized = (reason: string): ConnectRefusal => ({ returnCode: 5, reason });

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
};
