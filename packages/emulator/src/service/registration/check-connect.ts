import { isRegistrationId } from '@mote/client/azure';
import type { ConnectPacket } from '@mote/codec';
import type { CertificateView } from '../credentials/certificate-view.ts';
import type { Claim, Credentials } from '../enrollment/authenticate.ts';
import type { ConnectRefusal } from '../mqtt/device-session.ts';
import { latin1 } from '../values/bytes.ts';
import { parseUserName } from './user-name.ts';

/** The content of a CONNECT at DPS, before its credentials are checked. */
export interface ConnectRequest {
  readonly claim: Claim;
  readonly apiVersion: string;
  readonly clientVersion: string | undefined;
}

/** Refuses what is wrong without regard to keys and certificates. */
export function checkConnect(
  packet: ConnectPacket,
  chain: readonly CertificateView[],
  { idScope, apiVersions }: { readonly idScope: string; readonly apiVersions: ReadonlySet<string> },
): ConnectRequest | ConnectRefusal {
  const name = packet.userName === undefined ? undefined : parseUserName(packet.userName);
  if (name === undefined) {
    return notAuthorized('the user name is not {idScope}/registrations/{registrationId}/api-version={version}');
  }
  if (!apiVersions.has(name.apiVersion.toLowerCase())) {
    return notAuthorized(`api-version ${name.apiVersion} is not one of ${[...apiVersions].join(', ')}`);
  }
  if (name.idScope.toLowerCase() !== idScope.toLowerCase()) {
    return { returnCode: 3, reason: `id scope "${name.idScope}" is not known here; it is "${idScope}"` };
  }
  if (!isRegistrationId(name.registrationId)) {
    return { returnCode: 2, reason: `"${name.registrationId}" is no registration id` };
  }
  if (packet.clientId === '') return { returnCode: 2, reason: 'the client id is empty' };
  if (packet.clientId.toLowerCase() !== name.registrationId.toLowerCase()) {
    return notAuthorized(`client id "${packet.clientId}" is not the registration id "${name.registrationId}"`);
  }
  const credentials = credentialsOf(packet, chain);
  if (credentials === undefined) return notAuthorized('neither a password nor a client certificate was given');
  const commonName = credentials.type === 'x509' ? credentials.chain[0]?.commonName : name.registrationId;
  if (commonName?.toLowerCase() !== name.registrationId.toLowerCase()) {
    return notAuthorized(`CN "${commonName}" of the certificate is not the registration id "${name.registrationId}"`);
  }
  const claim = { idScope, registrationId: name.registrationId, credentials };
  return { claim, apiVersion: name.apiVersion, clientVersion: name.clientVersion };
}

/** A SAS token takes precedence over a certificate. An empty password, which samples of the C SDK send, is not a token. */
function credentialsOf({ password }: ConnectPacket, chain: readonly CertificateView[]): Credentials | undefined {
  if (password !== undefined && password.length > 0) {
    return { type: 'sas', password: latin1(password) };
  }
  return chain.length === 0 ? undefined : { type: 'x509', chain };
}

const notAuthorized = (reason: string): ConnectRefusal => ({ returnCode: 5, reason });
