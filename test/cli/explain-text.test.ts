import { describe, expect, test } from 'vitest';
import { explain } from '../../packages/cli/src/explain/explain.ts';
import { BEHAVIOUR } from '../../packages/cli/src/explain/mqtt-behaviour.ts';
import { explainText } from '../../packages/cli/src/explain/scan.ts';
import { here } from './in-process.ts';

describe('a line as people paste it leads to its code', () => {
  test.each([
    // An answer of the service, and what Mote makes of it.
    [
      '{"errorCode":401002,"trackingId":"5f8a","message":"CA certificate not found.","timestampUtc":"2026-11-26T18:03:24.5001231Z"}',
      '401002',
    ],
    ['{ "errorCode" : 400004, "message" : "Bad request" }', '400004'],
    ['{"status":"failed","registrationState":{"errorCode":400208}}', '400208'],
    ['ProvisioningError: unauthorized: the service answered 401 (401002)', '401002'],
    ['{"error":{"name":"ProvisioningError","code":"unauthorized","stage":"register"}}', 'unauthorized'],
    ['throttled: the service answered 429', 'throttled'],
    [
      'ProvisioningError: the registration is failed\n    at readReply (file:///x.js:1:2)\n  code: "registration-failed"',
      'registration-failed',
    ],
    ['$dps/registrations/res/401/?$rid=1', '401'],
    // Node
    ['getaddrinfo ENOTFOUND global.azure-devices-provisioning.net', 'ENOTFOUND'],
    ['getaddrinfo EAI_AGAIN dps', 'EAI_AGAIN'],
    ['Error: connect ETIMEDOUT 20.43.44.164:8883', 'ETIMEDOUT'],
    [
      'Error: connect ECONNREFUSED 127.0.0.1:8883\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16) {\n  errno: -111,\n  code: "ECONNREFUSED",',
      'ECONNREFUSED',
    ],
    ['read ECONNRESET', 'ECONNRESET'],
    ['write EPIPE', 'EPIPE'],
    ['Error: socket hang up', 'ECONNRESET'],
    ['Error: self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['unable to get local issuer certificate', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    [
      "Hostname/IP does not match certificate's altnames: Host: localhost. is not in the cert's altnames",
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['Error: Unexpected server response: 403', 'websocket-failed'],
    // OpenSSL
    ['error:0A000418:SSL routines::tlsv1 alert unknown ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    [
      '401234B2:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:../deps/openssl/ssl/record/rec_layer_s3.c:1590:SSL alert number 48',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    ],
    ['tlsv1 alert unknown ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ['alert certificate unknown', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN'],
    ['sslv3 alert bad certificate (SSL alert number 42)', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
    ['SSL alert number 45', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'],
    ['error:0A00010B:SSL routines:ssl3_get_record:wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    [
      '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate (_ssl.c:1006)',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ],
    ['key values mismatch', 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'],
    // CONNACK, in the words of other clients
    ['CONNACK return code 5 (not authorized)', 'connack-5'],
    ['CONNACK 3', 'connack-3'],
    ['rc=5', 'connack-5'],
    ['rc: 4', 'connack-4'],
    ['0x05', 'connack-5'],
    ['Connected with result code: rc = 3', 'connack-3'],
    ['Not authorized', 'connack-5'],
    ['Connection Refused: not authorised.', 'connack-5'],
    ['Connection refused: Not authorized', 'connack-5'],
    ['Error: Connection refused: Identifier rejected', 'connack-2'],
    ['Connection refused: Server unavailable', 'connack-3'],
    ['Connection refused: broker unavailable.', 'connack-3'],
    ['Connection Error: Connection Refused: bad user name or password.', 'connack-4'],
    ['Bad username or password', 'connack-4'],
    ['Connection Refused: unacceptable protocol version', 'connack-1'],
    [
      'MQTTnet.Adapter.MqttConnectingFailedException: Connecting with MQTT server failed (BadUserNameOrPassword).',
      'connack-4',
    ],
    ['CONN_REFUSED_BAD_USERNAME_PASSWORD', 'connack-4'],
    ['{ [Error: Connection refused: Not authorized] code: 5 }', 'connack-5'],
    ['MqttException (0) - java.net.ConnectException: Connection refused', 'ECONNREFUSED'],
    ['Error: connack timeout', 'connection-lost'],
    ['Keepalive timeout', 'connection-lost'],
    // SDKs of Azure
    ['IotHubUnauthorizedAccess', '401002'],
    ['CA certificate not found.', '401002'],
    ['Signing certificate info did not match chain elements', '401002'],
    ['Deserialization error.', '400012'],
    ['PROV_DEVICE_RESULT_DEV_AUTH_ERROR', 'unauthorized'],
    ['azure.iot.device.exceptions.CredentialError: Credentials invalid, could not connect', 'unauthorized'],
    ['azure.iot.device.exceptions.ConnectionDroppedError', 'connection-lost'],
    // The system, curl, Python, Go
    ['curl: (6) Could not resolve host: global.azure-devices-provisioning.net', 'ENOTFOUND'],
    ['socket.gaierror: [Errno -2] Name or service not known', 'ENOTFOUND'],
    ['dial tcp: lookup x: no such host', 'ENOTFOUND'],
    ['ConnectionRefusedError: [Errno 111] Connection refused', 'ECONNREFUSED'],
    ['No route to host', 'EHOSTUNREACH'],
    ['bind: Address already in use', 'EADDRINUSE'],
    // And more of them
    ['TLS alert 48', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ['[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ['mosquitto_pub: Error: A TLS error occurred.', 'tls-failed'],
    ['Error: Protocol error', 'protocol-violation'],
    ['The connection was lost.', 'connection-lost'],
    ['Lookup error.', 'ENOTFOUND'],
    ['MQTT_ERR_CONN_REFUSED', 'connection-refused'],
    ['MQTT_ERR_NO_CONN', 'connection-lost'],
    ['MqttException (5)', 'connack-5'],
    ['Not authorized to connect (5) - MqttSecurityException', 'connack-5'],
    ['Timed out waiting for a response from the server (32000): MqttException (32000)', 'timed-out'],
    ['Reason code 135', 'connack-5'],
    ['Reason code: 0x87', 'connack-5'],
    ['reasonCode=134', 'connack-4'],
    ['PUBACK timeout', 'timed-out'],
    ['Error: client disconnecting', 'closed'],
    ['Error: Invalid header flag bits, must be 0x0 for puback packet', 'bad-flags'],
    ['Client network socket disconnected before secure TLS connection was established', 'ECONNRESET'],
    ['javax.net.ssl.SSLHandshakeException: PKIX path building failed', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ['java.net.UnknownHostException: global.azure-devices-provisioning.net', 'ENOTFOUND'],
    ['No connection could be made because the target machine actively refused it.', 'ECONNREFUSED'],
    ['An existing connection was forcibly closed by the remote host.', 'ECONNRESET'],
    ['WSAETIMEDOUT', 'ETIMEDOUT'],
    ['x509: certificate signed by unknown authority', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
    ['tls: first record does not look like a TLS handshake', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['remote error: tls: bad certificate', 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE'],
    ['dial tcp 20.43.44.164:8883: i/o timeout', 'ETIMEDOUT'],
    ['esp-tls-mbedtls: mbedtls_ssl_handshake returned -0x2700', 'ERR_SSL_CERTIFICATE_VERIFY_FAILED'],
    ['error:0308010C:digital envelope routines::unsupported', 'ERR_OSSL_EVP_UNSUPPORTED'],
    ['handshake failure', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
    ["{ status: 'disabled' }", 'registration-disabled'],
    ['registration assignment failed', 'registration-failed'],
    ['Microsoft.Azure.Devices.Client.Exceptions.UnauthorizedException', 'unauthorized'],
    ['HTTP 503', '503'],
    // The rest
    ['HTTP/1.1 407 Proxy Authentication Required', '407'],
    ['Command failed with exit code 12', 'exit-12'],
    ['malformed: bad-qos at byte 0 of packet type 3 [MQTT-3.3.1-4]', 'MQTT-3.3.1-4'],
    ['[MQTT-3.1.0-1]', 'MQTT-3.1.0-1'],
    ['mqtt-2.3.1-5', 'MQTT-2.3.1-5'],
    ['400027', '400027'],
    ['404104 DeviceConnectionClosedRemotely', '404104'],
  ])('%s', (text, code) => {
    expect(explainText(text).map((found) => found.code)[0]).toBe(code);
  });
});

describe('nothing is made up', () => {
  test.each([
    'foo bar',
    '999999',
    'hello',
    'the device is well',
    'took 412345 ms',
    '12:00:01.401002',
    'port 8883',
    '',
    'constructor',
    'v1.401002.3',
    'MQTT-9.9.9-9',
  ])('of %j nothing is known', (text) => {
    expect(explainText(text)).toEqual([]);
  });

  test.each(['412999', '415000', '405000', '418123', '499999', '500123', '401999'])(
    '%s is unknown, and said to be',
    (code) => {
      const found = explain(code);
      expect(found?.code).toBe(code);
      expect(found?.explanation.what).toContain(`Nothing is known of the code ${code} itself`);
      expect(found?.explanation.what).toContain(`status is ${code.slice(0, 3)}`);
    },
  );

  test('the near guess has a floor', async () => {
    expect((await here(['explain', 'foo', 'bar'])).stderr).not.toContain('near it');
    expect((await here(['explain', '999999'])).stderr).not.toContain('near it');
    expect((await here(['explain', 'unautorized'])).stderr).toContain('near it: unauthorized');
  });
});

test.each([400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 429, 500, 501, 502, 503, 504])(
  'status %d is explained',
  (status) => {
    expect(explain(String(status))?.code).toBe(String(status));
  },
);

test('every statement of MQTT 3.1.1 is explained', async () => {
  const { readFileSync } = await import('node:fs');
  const table = readFileSync(new URL('../../docs/conformance.md', import.meta.url), 'utf8');
  const ids = [...new Set(table.match(/(?<=^\| )MQTT-\d\.\d+\.\d+-\d+/gm))];
  expect(ids.length).toBeGreaterThanOrEqual(141);
  expect(ids.filter((id) => explain(id)?.code !== id)).toEqual([]);
  expect(Object.keys(BEHAVIOUR).filter((id) => !ids.includes(id))).toEqual([]);
});

test.each([
  ['alert ', 'a '],
  ['', 'error:0A:SSL routines::a b '],
  ['', 'CONNACK code '],
  ['', 'A_B_C_'],
  ['', '401002.'],
  ['{"errorCode":', '4'],
])('a megabyte of %j and %j ends', (head, part) => {
  expect(explainText(head + part.repeat(1_000_000 / part.length)).length).toBeLessThan(3);
});

describe('mote explain', () => {
  test('of bytes says which command reads them', async () => {
    const outcome = await here(['explain', '20', '02', '00', '05']);
    expect([outcome.code, outcome.stderr]).toEqual([1, expect.stringContaining('`mote inspect 20 02 00 05`')]);
  });

  test('joins unquoted words', async () => {
    const { code, stdout } = await here(['explain', 'tlsv1', 'alert', 'unknown', 'ca']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA') });
  });

  test('names what else is in the text', async () => {
    const line = 'ProvisioningError: unauthorized: the service answered 401 (401002)';
    const { stdout } = await here(['explain', line]);
    expect(stdout).toContain('Also in it: `mote explain unauthorized`');
    const { stdout: json } = await here(['explain', '--json', line]);
    expect(JSON.parse(json)).toMatchObject({ code: '401002', also: ['unauthorized'] });
  });

  test('prints the text of an exit code itself', async () => {
    const { stdout } = await here(['explain', 'exit-12']);
    expect(stdout).toContain('The server refused our certificate during the handshake.');
    expect(stdout).not.toContain('mote explain client-certificate-rejected');
    expect((await here(['explain', '429'])).stdout).toContain('slow down');
    expect((await here(['explain', '401'])).stdout).toContain('proof of identity');
  });
});
