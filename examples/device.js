// A device from its key to its telemetry, in ECMAScript 5, for every engine: load mote-device.es5.min.js before it. What an engine has of
// its own comes in as `platform`: dial(host, port), send(bytes), hangUp(), wait(milliseconds), say(text), end(code). What happens goes to
// the object that `startDevice` returns. `now` is milliseconds of a clock that never steps back; `settings.unixTime` are the seconds
// since 1970 when it starts, since passwords end at a time of day.

function startDevice(settings, platform, startedAt) {
  var now = startedAt;
  var hub;
  var hasWork;
  var machine = new Mote.Registration({
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
      if (action.type === 'dial') platform.dial(hub ? hub.hostName : settings.host, settings.port);
      else if (action.type === 'send') platform.send(action.bytes);
      else if (action.type === 'hang-up') platform.hangUp();
      else if (action.type === 'wait') platform.wait(Math.max(0, Math.ceil(action.until - now)));
      else if (action.type === 'assigned') toHub(action.assignment);
      else if (action.type === 'failed') platform.end(action.error.code || String(action.error));
      else if (action.type === 'end')
        platform.end(machine.state().type === 'closed' ? 'done' : machine.state().error.code);
      else platform.say((action.event || action.state).type);
    }
  }

  function toHub(assignment) {
    hub = { hostName: assignment.assignedHub, deviceId: assignment.deviceId };
    platform.say('assigned to ' + hub.hostName + ' as ' + hub.deviceId);
    platform.hangUp();
    machine = new Mote.Client({
      clientId: Mote.hubClientId(hub),
      cleanSession: false,
      keepAlive: 60,
      routes: 1,
      random: Math.random,
      retry: { attempts: 5, baseMs: 1000, capMs: 60000, standMs: 30000, silenceMs: 30000 },
      timeoutMs: 60000,
      freshCredentials: false,
      onSessionLost: 'resume',
      window: 4,
      queue: { maxMessages: 10, maxBytes: 8192, whenFull: 'reject' },
      onWork: onWork,
    });
    perform(machine.start(now));
    function settle(error) {
      platform.say(error ? error.code : 'telemetry acknowledged');
    }
    for (var i = 1; i <= 3; i++) {
      var message = { topicName: Mote.telemetryTopic(hub), qos: 1, retain: false, settle: settle };
      message.payload = Mote.encodeUtf8('{"reading":' + i + '}');
      machine.publish(message, now);
    }
    machine.close(30000);
  }

  function onWork() {
    hasWork = true;
  }

  /** Tells the machine, the time last. What has come up meanwhile leaves in one piece. */
  function turn(event, what, time) {
    now = time === undefined ? what : time;
    perform(machine[event](what, now));
    for (; hasWork; perform(machine.flush(now))) hasWork = false;
  }
  perform(machine.start(now));
  return {
    connected: function (time) {
      var expiry = Math.floor(settings.unixTime + (time - startedAt) / 1000) + 3600;
      var fields = { idScope: settings.idScope, registrationId: settings.registrationId, expiry: expiry };
      fields.key = Mote.decodeBase64(settings.key);
      if (!hub) return turn('connected', Mote.dpsPassword(fields), time);
      fields.hostName = hub.hostName;
      fields.deviceId = hub.deviceId;
      var password = Mote.encodeUtf8(Mote.hubPassword(fields));
      turn('connected', { userName: Mote.hubUserName(hub), password: password }, time);
    },
    data: function (bytes, time) {
      turn('receive', bytes, time);
    },
    /** `kind` is `tcp` or `tls` where a dial has failed, and undefined where the connection has ended. */
    lost: function (kind, time) {
      turn('lost', kind && { kind: kind, stage: kind, message: kind, retryable: kind === 'tcp' }, time);
    },
    time: function (time) {
      turn('wake', time);
    },
  };
}

// A module has a scope of its own.
if (typeof globalThis === 'object') globalThis.startDevice = startDevice;
