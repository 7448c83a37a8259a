import { covers, type HubUserName, hubClientId } from '@mote/client/azure';
import type { ConnectPacket } from '@mote/codec';
import type { CertificateView } from '../credentials/certificate-view.ts';
import { judgeChain } from '../credentials/judge-chain.ts';
import { type Hmac, isSignedBy, parseSasToken } from '../credentials/sas-token.ts';
import type { ConnectRefusal } from '../mqtt/device-session.ts';
import { latin1 } from '../values/bytes.ts';
import { canonicalHost } from './host-name.ts';
import type { Hub } from './hub.ts';
import type { HubDevice } from './hub-device.ts';

/** Settings that a CONNECT at a hub is checked by. */
export interface HubConnectRules {
  /** Whether a hub is served here. Takes the canonical form of its name. */
  readonly isHub: (host: string) => boolean;
  readonly apiVersions: ReadonlySet<string>;
  readonly hmac: Hmac;
  readonly chainChecks: 'openssl' | 'signatures';
}

/** A device that was authenticated. */
export interface HubConnect {
  readonly device: HubDevice;
  readonly credentials: 'sas' | 'x509';
  /** End of the SAS token, milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** Checks a CONNECT at the hub: identity, credentials, api-version. */
export function checkHubConnect(
  packet: ConnectPacket,
  name: HubUserName,
  chain: readonly CertificateView[],
  hub: Hub,
  rules: HubConnectRules,
  now: number,
): HubConnect | ConnectRefusal {
  const id = hubClientId(name);
  if (packet.clientId !== id) {
    return { returnCode: 2, reason: `client id "${packet.clientId}" is not "${id}", as the user name says` };
  }
  if (packet.will?.qos === 2) return notAuthorized('a hub does not take QoS 2, of a will either');
  if (!rules.isHub(canonicalHost(name.hostName))) return notAuthorized(`there is no hub "${name.hostName}"`);
  if (name.apiVersion !== undefined && !rules.apiVersions.has(name.apiVersion.toLowerCase())) {
    return notAuthorized(`api-version ${name.apiVersion} is not known at a hub`);
  }
  const device = hub.device(id);
  if (device === undefined) return notAuthorized(`there is no device "${id}"`);
  if (device.hub !== undefined && canonicalHost(device.hub) !== canonicalHost(name.hostName)) {
    return notAuthorized(`"${id}" was assigned to ${device.hub}, not to ${name.hostName}`);
  }
  if (!device.enabled) return notAuthorized(`"${id}" is disabled`);
  const usedUp = hub.quotas.findDayFault(now);
  if (usedUp !== undefined) return notAuthorized(`403002: ${usedUp}`);
  if (hub.isDown(now) || hub.quotas.take('connections', now) > 0) {
    return { returnCode: 3, reason: hub.isDown(now) ? 'the hub restarts' : 'the quota of new connections is used up' };
  }
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
  name: HubUserName,
  device: HubDevice,
  rules: HubConnectRules,
  now: number,
): Proof | string {
  const token = parseSasToken(password);
  if (typeof token === 'string') return token;
  const [host = '', ...segments] = token.path.split('/');
  if (
    segments.length === 0 ||
    !covers([canonicalHost(host), ...segments].join('/'), canonicalHost(name.hostName), name)
  ) {
    const module = name.moduleId === undefined ? '' : `/modules/${name.moduleId}`;
    return `sr of the token is "${token.path}", expected "${name.hostName}/devices/${name.deviceId}${module}"`;
  }
  if (token.policyName !== undefined && token.policyName !== '') {
    return `skn of the token is "${token.policyName}", and there are no policies here`;
  }
  if (!device.credentials.keys.some((key) => isSignedBy(token, key, rules.hmac))) {
    return 'the signature does not match any key of the device';
  }
  const expiresAt = token.expiry * 1000;
  if (expiresAt <= now) return `the token expired ${Math.ceil((now - expiresAt) / 1000)} s ago`;
  return { credentials: 'sas', expiresAt };
}

function byCertificate(
  chain: readonly CertificateView[],
  deviceId: string,
  { credentials, registrationId }: HubDevice,
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
  // A certificate that was issued by DPS has the registration id as its common name, which may differ from the device id.
  if (leaf.commonName !== deviceId && leaf.commonName !== registrationId)
    return `CN "${leaf.commonName}" of the certificate is not the device id`;
  const verdict = judgeChain(chain, anchors, now, chainChecks);
  return typeof verdict === 'string' ? verdict : proof;
}

const notAuthorized = (reason: string): ConnectRefusal => ({ returnCode: 5, reason });
