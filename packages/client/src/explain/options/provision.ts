import type { OptionWords } from './sentence.ts';
import { AGENT, DIAL, ENDPOINT, FUNCTION, KEEP_ALIVE, MS, OBJECT, SIGNAL, SOME_MS, TLS_OPTIONS, URL } from './words.ts';

/** What the options of `provision` have to be, by name. */
export const PROVISION_OPTIONS: OptionWords = {
  ...TLS_OPTIONS,
  options: OBJECT,
  idScope: 'such as 0ne00ABCDEF',
  registrationId: '1 to 128 letters, digits, - . _ :',
  attestation: 'symmetricKey, groupKey, sasSigner or x509',
  sasSigner: FUNCTION,
  endpoint: ENDPOINT,
  transport: `'tls', 'websocket', 'auto', or ${DIAL}`,
  proxy: URL,
  payload: 'a JSON object',
  csr: 'a certificate request (PKCS #10)',
  apiVersion: 'such as 2019-03-31',
  clientVersion: AGENT,
  keepAlive: KEEP_ALIVE,
  timeoutMs: SOME_MS,
  signal: SIGNAL,
  retry: OBJECT,
  'retry.attempts': 'a whole number, 0 to 1000',
  'retry.baseMs': MS,
  'retry.capMs': MS,
  'retry.silenceMs': MS,
  onProgress: FUNCTION,
  onPacket: FUNCTION,
};
