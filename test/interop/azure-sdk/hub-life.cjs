'use strict';
// The life of a device of Microsoft's SDK at its hub, in a process of its own: telemetry, a message, a method, the twin.
// Argument: JSON { deviceId, hub, webSocket?, key? | cert, certKey }. Prints `ready`, then what it saw, as a line of JSON.
const { readFileSync } = require('node:fs');
const { Client, Message } = require('azure-iot-device');
const { Mqtt, MqttWs } = require('azure-iot-device-mqtt');

const { deviceId, hub, webSocket, key, cert, certKey } = JSON.parse(process.argv[2]);
const seen = {};

async function live() {
  const proof = key === undefined ? 'x509=true' : `SharedAccessKey=${key}`;
  const client = Client.fromConnectionString(
    `HostName=${hub};DeviceId=${deviceId};${proof}`,
    webSocket ? MqttWs : Mqtt,
  );
  if (key === undefined) {
    await client.setOptions({ cert: readFileSync(cert, 'utf8'), key: readFileSync(certKey, 'utf8') });
  }
  await client.open();
  const message = new Message('{"t":21.5}');
  message.contentType = 'application/json';
  message.messageId = 'first';
  message.properties.add('room', 'a b&c');
  await client.sendEvent(message);
  const got = (name) => new Promise((settle) => waiting.set(name, settle));
  const waiting = new Map();
  const done = Promise.all([got('message'), got('method'), got('desired')]);
  client.on('message', (one) => {
    seen.message = { text: one.getData().toString(), id: one.messageId, level: one.properties.getValue('level') };
    client.complete(one, () => waiting.get('message')());
  });
  client.onDeviceMethod('reboot', (request, response) => {
    seen.method = request.payload;
    response.send(200, { done: true }, () => waiting.get('method')());
  });
  const twin = await client.getTwin();
  twin.on('properties.desired', (patch) => {
    seen.desired = patch;
    if (patch.interval === 5) waiting.get('desired')();
  });
  await new Promise((settle, reject) =>
    twin.properties.reported.update({ firmware: '1.2' }, (error) => (error ? reject(error) : settle())),
  );
  console.log('ready');
  await done;
  await client.close();
}

live()
  .catch((error) => {
    seen.error = error.name;
    seen.message = error.message;
  })
  .then(() => {
    console.log(JSON.stringify(seen));
    process.exit(0);
  });
