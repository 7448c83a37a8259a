'use strict';
// The life of a device of Microsoft's SDK at its hub, in a process of its own: telemetry, a message, a method, the twin, tokens that
// are renewed while it is connected.
// Argument: JSON { deviceId, hub, webSocket?, key? | cert, certKey }. Prints `ready`, then what it saw, as a line of JSON.
const { readFileSync } = require('node:fs');
const { Client, Message, SharedAccessKeyAuthenticationProvider } = require('azure-iot-device');
const { Mqtt, MqttWs } = require('azure-iot-device-mqtt');

const { deviceId, hub, webSocket, key, cert, certKey } = JSON.parse(process.argv[2]);
const seen = { renewals: 0 };
/** Seconds that a token is good for, and before its end at which the SDK makes another one. */
const TOKEN_SECONDS = 6;
const MARGIN_SECONDS = 3;

async function live() {
  const at = `HostName=${hub};DeviceId=${deviceId}`;
  const transport = webSocket ? MqttWs : Mqtt;
  const tokens =
    key &&
    SharedAccessKeyAuthenticationProvider.fromConnectionString(
      `${at};SharedAccessKey=${key}`,
      TOKEN_SECONDS,
      MARGIN_SECONDS,
    );
  const client = tokens
    ? Client.fromAuthenticationProvider(tokens, transport)
    : Client.fromConnectionString(`${at};x509=true`, transport);
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
  if (tokens) {
    // Past the end of the first token: without another one the hub would have closed the link.
    await new Promise((settle) => {
      tokens.on('newTokenAvailable', () => ++seen.renewals === 2 && settle());
    });
    const renewed = new Message('{"t":22}');
    renewed.messageId = 'after two renewals';
    await client.sendEvent(renewed);
  }
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
