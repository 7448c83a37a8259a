import { CERTIFICATE_CODES } from './certificate-codes.ts';
import { CODEC_ERRORS } from './codec-errors.ts';
import { CONNACK_CODES } from './connack-codes.ts';
import { COMMAND_CODES, EXITS } from './exit-codes.ts';
import type { Explanation } from './explanation.ts';
import { HANDSHAKE_CODES } from './handshake-codes.ts';
import { KEY_FILE_CODES } from './key-file-codes.ts';
import { PROVISIONING_ERRORS } from './provisioning-errors.ts';
import { SERVICE_CODES, STATUS_CODES } from './service-codes.ts';
import { SOCKET_CODES } from './socket-codes.ts';
import { SYSTEM_CODES } from './system-codes.ts';
import { TLS_ALERTS } from './tls-alerts.ts';

const ALL: ReadonlyMap<string, Explanation> = new Map(
  [
    PROVISIONING_ERRORS,
    COMMAND_CODES,
    CODEC_ERRORS,
    CONNACK_CODES,
    SERVICE_CODES,
    STATUS_CODES,
    SOCKET_CODES,
    SYSTEM_CODES,
    CERTIFICATE_CODES,
    HANDSHAKE_CODES,
    TLS_ALERTS,
    KEY_FILE_CODES,
    EXITS,
  ].flatMap((table) => Object.entries(table)),
);

/** Every code that can be explained. */
export const EXPLAINED: readonly string[] = [...ALL.keys()];

/**
 * Letter case does not matter, nor `-`, `_` or a space; `CONNACK 5` and `5` are `connack-5`, `exit 12` and `12` are `exit-12`; an unknown six-digit code falls back
 * to its status. Alerts that OpenSSL 3.0 (Node 20) calls SSLV3 are SSL/TLS to later ones.
 */
export function explain(text: string): { readonly code: string; readonly explanation: Explanation } | undefined {
  const wanted = written(text.trim());
  const code = EXPLAINED.find((known) => plain(known) === plain(wanted)) ?? statusOf(wanted);
  const explanation = code === undefined ? undefined : ALL.get(code);
  return code === undefined || explanation === undefined ? undefined : { code, explanation };
}

function written(text: string): string {
  if (/^[0-5]$/.test(text)) return `connack-${text}`;
  if (/^(?:[1-4]\d|130)$/.test(text)) return `exit-${text}`;
  return text.replace(/^ERR_SSL_SSL\/TLS_/i, 'ERR_SSL_SSLV3_');
}

const plain = (code: string): string => code.toLowerCase().replace(/[-_\s]+/g, '-');

function statusOf(text: string): string | undefined {
  if (!/^[2-5]\d{5}$/.test(text)) return undefined;
  const status = text.slice(0, 3);
  return Object.hasOwn(STATUS_CODES, status) ? status : `${status[0]}00`;
}
