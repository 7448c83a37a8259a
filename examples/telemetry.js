// A device that wakes up, provisions, sends its readings and sleeps again, for mote-telemetry.es5.min.js: load the two in place of
// mote-device.es5.min.js and device.js. One Connection stands where device.js has the general client, which takes half the memory.
// A link that is lost at the hub ends it: what is not acknowledged is for the next time.
function startDevice(settings, platform, startedAt) {
  var now = startedAt;
  var hub;
  var connection;
  var unacknowledged = 3;
  var registration = new Mote.Registration({
    idScope: settings.idScope,
    registrationId: settings.registrationId,
    routes: [{ transport: 'own', host: settings.host, port: settings.port }],
    timeoutMs: 60000,
    random: Math.random,
    retry: settings.retry,
  });

  function perform(actions) {
    for (var i = 0; i < actions.length; i++) {
      var action = actions[i];
      if (action.type === 'dial') platform.dial(settings.host, settings.port);
      else if (action.type === 'send') platform.send(action.bytes);
      else if (action.type === 'hang-up') platform.hangUp();
      else if (action.type === 'wait') platform.wait(Math.max(0, Math.ceil(action.until - now)));
      else if (action.type === 'failed') platform.end(action.error.code || String(action.error));
      else if (action.type === 'progress') platform.say(action.event.type);
      else {
        hub = { hostName: action.assignment.assignedHub, deviceId: action.assignment.deviceId };
        platform.say('assigned to ' + hub.hostName + ' as ' + hub.deviceId);
        platform.hangUp();
        platform.dial(hub.hostName, settings.port);
        platform.wait(30000);
      }
    }
  }

  /** At the hub CONNACK comes first, then a PUBACK for each message. */
  function onPacket(packet) {
    if (packet.type === Mote.PUBACK) {
      platform.say('telemetry acknowledged');
      if (--unacknowledged === 0) connection.disconnect();
    } else
      for (var i = 1; i <= unacknowledged; i++) {
        var payload = Mote.encodeUtf8('{"reading":' + i + '}');
        var message = { topicName: Mote.telemetryTopic(hub), payload: payload, qos: 1, packetId: i };
        connection.send(Mote.encodePublishInto, message);
      }
  }

  /** What was written leaves; then the end, or the time of the next look. */
  function flush(failure) {
    var bytes = connection.flush(now);
    if (bytes) platform.send(bytes);
    if (failure) platform.end(failure.code);
    else if (unacknowledged === 0) platform.end('done');
    else platform.wait(Math.min(30000, Math.ceil(connection.wakeAt() - now)));
  }

  perform(registration.start(now));
  return {
    connected: function (time) {
      now = time;
      var expiry = Math.floor(settings.unixTime + (now - startedAt) / 1000) + 3600;
      var fields = { idScope: settings.idScope, registrationId: settings.registrationId, expiry: expiry };
      fields.key = Mote.decodeBase64(settings.key);
      if (!hub) return perform(registration.connected(Mote.dpsPassword(fields), now));
      fields.hostName = hub.hostName;
      fields.deviceId = hub.deviceId;
      connection = new Mote.Connection({
        clientId: Mote.hubClientId(hub),
        keepAlive: 60,
        userName: Mote.hubUserName(hub),
        password: Mote.encodeUtf8(Mote.hubPassword(fields)),
        decoders: { 4: Mote.decodePuback },
        onPacket: onPacket,
      });
      connection.start();
      flush();
    },
    data: function (bytes, time) {
      now = time;
      if (hub) flush(connection.receive(bytes, now));
      else perform(registration.receive(bytes, now));
    },
    lost: function (kind, time) {
      now = time;
      if (hub) platform.end(kind ? 'connect-failed' : 'connection-lost');
      else
        perform(registration.lost(kind && { kind: kind, stage: kind, message: kind, retryable: kind === 'tcp' }, now));
    },
    time: function (time) {
      now = time;
      if (!hub) perform(registration.wake(now));
      else if (connection && connection.phase() === 'open') flush(connection.wake(now));
      else platform.end('connection-lost');
    },
  };
}

if (typeof globalThis === 'object') globalThis.startDevice = startDevice;
