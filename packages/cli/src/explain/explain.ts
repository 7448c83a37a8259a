import { CERTIFICATE_CODES } from './certificate-codes.ts';
import { CODEC_ERRORS } from './codec-errors.ts';
import { CONNACK_CODES } from './connack-codes.ts';
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
  ].flatMap((table) => Object.entries(table)),
);

/** Every code that can be explained. */
export const EXPLAINED: readonly string[] = [...ALL.keys()];

/**
 * Letter case does not matter; `CONNACK 5` and `5` are `connack-5`; an unknown six-digit code falls back to its status. Alerts
 * that OpenSSL 3.0 (Node 20) calls SSLV3 are SSL/TLS to later ones.
 */
export function explain(text: string): { readonly code: string; readonly explanation: Explanation } | undefined {
  const wanted = /^[0-5]$/.test(text)
    ? `connack-${text}`
    : text.trim().replace(/^ERR_SSL_SSL\/TLS_/i, 'ERR_SSL_SSLV3_');
  const code = EXPLAINED.find((known) => known.toLowerCase() === wanted.toLowerCase()) ?? statusOf(wanted);
  const explanation = code === undefined ? undefined : ALL.get(code);
  return code === undefined || explanation === undefined ? undefined : { code, explanation };
}

/** The three known codes that share the most with a text, for one that was mistyped. */
export function nearest(text: string): string[] {
  const pairs = (word: string) =>
    new Set([...word.toLowerCase()].map((letter, at, all) => letter + (all[at + 1] ?? '')));
  const wanted = pairs(text);
  const likeness = (code: string) => {
    const own = pairs(code);
    return [...own].filter((pair) => wanted.has(pair)).length / Math.max(own.size, wanted.size);
  };
  return [...EXPLAINED].sort((a, b) => likeness(b) - likeness(a)).slice(0, 3);
}

function statusOf(text: string): string | undefined {
  if (!/^[2-5]\d{5}$/.test(text)) return undefined;
  const status = text.slice(0, 3);
  return Object.hasOwn(STATUS_CODES, status) ? status : `${status[0]}00`;
}
