'use strict';
// One device of Microsoft's SDK, in a process of its own: NODE_EXTRA_CA_CERTS is read when Node starts.
// Argument: JSON { host, idScope, registrationId, webSocket?, key? | cert, certKey, payload? }.
// Prints one line of JSON: { assignedHub, deviceId, payload } or { error, message }.
const { readFileSync } = require('node:fs');
const { ProvisioningDeviceClient } = require('azure-iot-provisioning-device');
const { Mqtt, MqttWs } = require('azure-iot-provisioning-device-mqtt');
const { SymmetricKeySecurityClient } = require('azure-iot-security-symmetric-key');
const { X509Security } = require('azure-iot-security-x509');

const { host, idScope, registrationId, webSocket, key, cert, certKey, payload } = JSON.parse(process.argv[2]);

const security =
  key === undefined
    ? new X509Security(registrationId, { cert: readFileSync(cert, 'utf8'), key: readFileSync(certKey, 'utf8') })
    : new SymmetricKeySecurityClient(registrationId, key);
const client = ProvisioningDeviceClient.create(host, idScope, webSocket ? new MqttWs() : new Mqtt(), security);
if (payload !== undefined) client.setProvisioningPayload(payload);

client.register((error, result) => {
  const { assignedHub, deviceId, payload: returned } = result ?? {};
  const outcome = error ? { error: error.name, message: error.message } : { assignedHub, deviceId, payload: returned };
  console.log(JSON.stringify(outcome));
  // The SDK leaves a timer behind in some of its failures.
  process.exit(0);
});
