import { apart } from './words/words.ts';

/** TLS alerts [RFC 8446 6, RFC 5246 7.2]: number, names that libraries print, and the code of OpenSSL. */
const ALERTS: readonly (readonly [number: number, names: readonly string[], code: string])[] = [
  [10, ['unexpected message'], 'ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE'],
  [20, ['bad record mac'], 'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC'],
  [22, ['record overflow'], 'ERR_SSL_TLSV1_ALERT_RECORD_OVERFLOW'],
  [40, ['handshake failure'], 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
  [42, ['bad certificate'], 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
  [43, ['unsupported certificate'], 'ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE'],
  [44, ['certificate revoked', 'revoked certificate'], 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED'],
  [45, ['certificate expired', 'expired certificate'], 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'],
  // 48 is before 46: Go calls it "unknown certificate authority", which begins with a name of 46.
  [48, ['unknown ca', 'unknown certificate authority', 'ca is unknown'], 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
  [46, ['certificate unknown', 'unknown certificate'], 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'],
  [47, ['illegal parameter'], 'ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER'],
  [49, ['access denied'], 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED'],
  [50, ['decode error', 'error decoding message'], 'ERR_SSL_TLSV1_ALERT_DECODE_ERROR'],
  [51, ['decrypt error', 'error decrypting message'], 'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR'],
  [70, ['protocol version'], 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
  [71, ['insufficient security'], 'ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY'],
  [80, ['internal error'], 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'],
  [86, ['inappropriate fallback'], 'ERR_SSL_TLSV1_ALERT_INAPPROPRIATE_FALLBACK'],
  [109, ['missing extension'], 'ERR_SSL_TLSV13_ALERT_MISSING_EXTENSION'],
  [112, ['unrecognized name', 'unrecognised name'], 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
  [115, ['unknown psk identity'], 'ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY'],
  [116, ['certificate required'], 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'],
  [120, ['no application protocol'], 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'],
];

/** The word "alert", or how Go says it, and 80 characters after it: the name of the alert is among them. */
const SPOKEN = /(?:\balerts?\b|remote error\W{1,3}tls)(.{0,80})/g;

/**
 * The codes of all alerts in a text, by name or number: `Received fatal alert: unknown_ca`, `AlertReceived(UnknownCA)`,
 * `remote error: tls: bad certificate`, `SSL alert number 48`, `Alert[48]`.
 */
export function alertCodes(text: string): string[] {
  return [...apart(text).matchAll(SPOKEN)].flatMap(([, behind = '']) => {
    const named = ALERTS.find(([, names]) => names.some((name) => behind.includes(name)));
    const number = Number(
      /^\W*(?:message|description|received|number|code|level|msg|\W)*?(\d{1,3})\b/.exec(behind)?.[1],
    );
    const code = named?.[2] ?? ALERTS.find(([numbered]) => numbered === number)?.[2];
    return code === undefined ? [] : [code];
  });
}
