/**
 * errno numbers of Linux. Also those of macOS (48 to 65) and of newlib on microcontrollers (116 to 119), where the numbers of Linux
 * are none that a socket returns.
 */
const ERRNO: Readonly<Record<string, string>> = {
  1: 'EPERM',
  2: 'ENOENT',
  12: 'ENOMEM',
  13: 'EACCES',
  24: 'EMFILE',
  28: 'ENOSPC',
  32: 'EPIPE',
  48: 'EADDRINUSE',
  51: 'ENETUNREACH',
  54: 'ECONNRESET',
  60: 'ETIMEDOUT',
  61: 'ECONNREFUSED',
  64: 'EHOSTDOWN',
  65: 'EHOSTUNREACH',
  71: 'EPROTO',
  97: 'EAFNOSUPPORT',
  98: 'EADDRINUSE',
  99: 'EADDRNOTAVAIL',
  100: 'ENETDOWN',
  101: 'ENETUNREACH',
  103: 'ECONNABORTED',
  104: 'ECONNRESET',
  105: 'ENOBUFS',
  107: 'ENOTCONN',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  112: 'EHOSTDOWN',
  113: 'EHOSTUNREACH',
  116: 'ETIMEDOUT',
  118: 'EHOSTUNREACH',
  119: 'ETIMEDOUT',
};

/**
 * Numbers that platforms and clients print in place of a name. `said` finds the number by the words around it, which show whose number
 * it is; `meaning` has its code here.
 */
const NUMBERS: readonly (readonly [said: RegExp, meaning: Readonly<Record<string, string>>])[] = [
  // Verify return codes of OpenSSL, which s_client, curl and mosquitto print
  [
    /verify (?:return code|error)\D{0,8}(\d{1,2})\b/gi,
    {
      2: 'UNABLE_TO_GET_ISSUER_CERT',
      7: 'CERT_SIGNATURE_FAILURE',
      9: 'CERT_NOT_YET_VALID',
      10: 'CERT_HAS_EXPIRED',
      18: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      19: 'SELF_SIGNED_CERT_IN_CHAIN',
      20: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      21: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      22: 'CERT_CHAIN_TOO_LONG',
      23: 'CERT_REVOKED',
      3: 'UNABLE_TO_GET_CRL',
      11: 'CRL_NOT_YET_VALID',
      12: 'CRL_HAS_EXPIRED',
      24: 'INVALID_CA',
      25: 'PATH_LENGTH_EXCEEDED',
      26: 'INVALID_PURPOSE',
      27: 'CERT_UNTRUSTED',
      28: 'CERT_REJECTED',
      62: 'HOSTNAME_MISMATCH',
      64: 'HOSTNAME_MISMATCH',
      66: 'ERR_SSL_EE_KEY_TOO_SMALL',
      67: 'ERR_SSL_EE_KEY_TOO_SMALL',
      68: 'ERR_SSL_CA_MD_TOO_WEAK',
    },
  ],
  // mbed TLS 2.x and 3.x, also as ESP-IDF prints them
  [
    /(?<![\w.])-0x0{0,2}([\da-f]{2,4})\b/gi,
    {
      '44': 'connect-failed',
      '4c': 'ECONNRESET',
      '4e': 'EPIPE',
      '50': 'ECONNRESET',
      '52': 'ENOTFOUND',
      '1080': 'ERR_OSSL_PEM_NO_START_LINE',
      '2180': 'ERR_OSSL_PEM_NO_START_LINE',
      '2700': 'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
      '3000': 'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
      '6800': 'ETIMEDOUT',
      '6e00': 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      '6e80': 'ERR_SSL_UNSUPPORTED_PROTOCOL',
      '7200': 'ERR_SSL_WRONG_VERSION_NUMBER',
      '7280': 'ECONNRESET',
      '7780': 'tls-failed',
      '7880': 'connection-lost',
      '7f00': 'ENOMEM',
    },
  ],
  [
    /(?:esp_tls|esp-tls|tls).{0,60}0x(80[01][\da-f])\b/gi,
    { 8001: 'ENOTFOUND', 8004: 'connect-failed', 8006: 'ETIMEDOUT', '801a': 'tls-failed' },
  ],
  // ESP-IDF prints its codes, from 0x8001, in decimal as well
  [
    /failed to open a new connection: (32[78]\d\d)\b/gi,
    { 32769: 'ENOTFOUND', 32772: 'connect-failed', 32774: 'ETIMEDOUT', 32794: 'tls-failed' },
  ],
  // getaddrinfo of glibc, and connect, as the SDK of Azure for C prints them
  [
    /getaddrinfo failure\W{0,3}(-\d{1,2})\b/gi,
    {
      '-2': 'ENOTFOUND',
      '-3': 'EAI_AGAIN',
      '-4': 'EAI_FAIL',
      '-5': 'ENOTFOUND',
      '-6': 'EAFNOSUPPORT',
      '-10': 'EAI_MEMORY',
    },
  ],
  [/connect failure\W{0,3}(\d{1,3})\b/gi, ERRNO],
  // WinSock: Windows, and .NET and Python on Windows
  [
    /\b(?:winerror|socketexception|socket error|wsa\w*|error(?: code)?|errno)\W{0,4}(1[01]0\d\d)\b/gi,
    {
      10013: 'EACCES',
      10024: 'EMFILE',
      10047: 'EAFNOSUPPORT',
      10048: 'EADDRINUSE',
      10049: 'EADDRNOTAVAIL',
      10050: 'ENETDOWN',
      10051: 'ENETUNREACH',
      10052: 'ENETRESET',
      10053: 'ECONNABORTED',
      10054: 'ECONNRESET',
      10055: 'ENOBUFS',
      10057: 'ENOTCONN',
      10060: 'ETIMEDOUT',
      10061: 'ECONNREFUSED',
      10064: 'EHOSTDOWN',
      10065: 'EHOSTUNREACH',
      11001: 'ENOTFOUND',
      11002: 'EAI_AGAIN',
      11003: 'EAI_FAIL',
      11004: 'ENOTFOUND',
    },
  ],
  [/\b(?:errno|os error|socketexception|socket error)\W{0,4}(\d{1,3})\b/gi, ERRNO],
  // Eclipse Paho for Java. Its 1 to 5 are the return codes of CONNACK, which scan.ts finds.
  [
    /(?:\(|reason ?code\W{0,3}|MqttException\W{0,3})(32\d{3})\b/gi,
    {
      32000: 'timed-out',
      32001: 'queue-full',
      32002: 'timed-out',
      32101: 'closed',
      32102: 'closed',
      32103: 'connect-failed',
      32104: 'connection-lost',
      32105: 'invalid-options',
      32106: 'invalid-options',
      32109: 'connection-lost',
      32111: 'closed',
      32202: 'queue-full',
    },
  ],
  // state() of PubSubClient for Arduino, and rc of mosquitto and Paho for Python, as far as they are no return codes of CONNACK
  [
    /(?:\brc\)?|\bstate(?:\(\))?|disconnected with result code|disconnection\.?\W{0,3}rc|failed, status code)\s*(?:[=:]|returned|is)?\s*(-[1-4]|[78]|1[146])\b/gi,
    {
      '-1': 'closed',
      '-2': 'connect-failed',
      '-3': 'connection-lost',
      '-4': 'connection-lost',
      7: 'connection-lost',
      8: 'tls-failed',
      11: 'connack-5',
      14: 'connect-failed',
      16: 'connection-lost',
    },
  ],
  // Apple: NSURLError of URL loading
  [
    /NSURLErrorDomain\D{0,12}(-1[02]\d\d)\b/gi,
    {
      '-1001': 'ETIMEDOUT',
      '-1003': 'ENOTFOUND',
      '-1004': 'ECONNREFUSED',
      '-1005': 'ECONNRESET',
      '-1009': 'ENETUNREACH',
      '-1200': 'tls-failed',
      '-1201': 'CERT_HAS_EXPIRED',
      '-1202': 'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
    },
  ],
  [/(?:NSPOSIXErrorDomain\D{0,12}|POSIXErrorCode\(rawValue: |kCFErrorDomain\w+ error )(\d{1,3})\b/gi, ERRNO],
  // Windows: SEC_E_… of Schannel, CERT_E_… of its certificates
  [
    /\b0x(800[9b]\d[\da-f]{3})\b/gi,
    {
      '80090308': 'ERR_SSL_WRONG_VERSION_NUMBER',
      '80090322': 'ERR_TLS_CERT_ALTNAME_INVALID',
      '80090325': 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      '80090326': 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      '80090327': 'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
      '80090328': 'CERT_HAS_EXPIRED',
      '80090331': 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      '80092010': 'CERT_REVOKED',
      '80092012': 'UNABLE_TO_GET_CRL',
      '80092013': 'UNABLE_TO_GET_CRL',
      '8009030d': 'EACCES',
      '800b0101': 'CERT_HAS_EXPIRED',
      '800b0109': 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      '800b010f': 'ERR_TLS_CERT_ALTNAME_INVALID',
    },
  ],
  [
    /\bcurl:? \((\d{1,2})\)/gi,
    {
      5: 'proxy-failed',
      6: 'ENOTFOUND',
      7: 'ECONNREFUSED',
      28: 'ETIMEDOUT',
      35: 'tls-failed',
      51: 'ERR_TLS_CERT_ALTNAME_INVALID',
      52: 'ECONNRESET',
      55: 'EPIPE',
      56: 'ECONNRESET',
      58: 'ERR_OSSL_PEM_NO_START_LINE',
      59: 'ERR_SSL_NO_CIPHERS_AVAILABLE',
      60: 'ERR_SSL_CERTIFICATE_VERIFY_FAILED',
      77: 'ENOENT',
      97: 'proxy-failed',
    },
  ],
];

/** The codes for all platform numbers in a text. */
export function codesOfNumbers(written: string): string[] {
  // .NET prints numbers such as 0x80090322 as signed decimals.
  const text = written.replace(
    /(?<!\d)-(?:214[67]\d{6})\b/g,
    (number) => `0x${(2 ** 32 + Number(number)).toString(16)}`,
  );
  return NUMBERS.flatMap(([said, meaning]) =>
    [...text.matchAll(said)].flatMap(([, number = '']) => {
      const code = meaning[number.toLowerCase()];
      return code === undefined ? [] : [code];
    }),
  );
}
