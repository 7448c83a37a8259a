// Who the machines talk to. `next` lets one thing happen, and gives back what follows from it.

function registrationTalk(Mote, chance, now) {
  var requests = 0;
  var machine = new Mote.Registration({
    idScope: '0ne00ABCDEF',
    registrationId: 'sensor-17',
    routes: [
      { transport: 'one', host: 'dps.test', port: 8883 },
      { transport: 'two', host: 'dps.test', port: 443 },
    ],
    timeoutMs: 60000,
    random: chance,
    requestId: function () {
      return 'r' + ++requests;
    },
    alternatives: 2,
    retry: { attempts: 4, baseMs: 100 },
    payload: { text: 'é€\ud83d\ude00' },
  });
  var state = { machine: machine, sent: [] };
  var stage = 0;

  function publish(status, body, rest) {
    var topic =
      '$dps/registrations/res/' + status + '/?$rid=r' + (chance() < 0.9 ? requests : requests + 1) + (rest || '');
    var payload = typeof body === 'string' ? Mote.encodeUtf8(body) : Mote.encodeUtf8(JSON.stringify(body));
    return chance() < 0.5
      ? Mote.encodePublish({ topicName: topic, payload: payload })
      : Mote.encodePublish({ topicName: topic, payload: payload, qos: 1, packetId: 1 + Math.floor(chance() * 9) });
  }

  function answer() {
    var draw = chance();
    var registration = {
      registrationId: 'sensor-17',
      assignedHub: 'hub.azure-devices.net',
      deviceId: 'sensor-17',
      status: 'assigned',
    };
    if (draw < 0.4)
      return publish(202, { operationId: 'op.1', status: 'assigning' }, '&retry-after=' + Math.floor(chance() * 4));
    if (draw < 0.6) return publish(200, { operationId: 'op.1', status: 'assigned', registrationState: registration });
    if (draw < 0.7) return publish(429, { errorCode: 429001, message: 'slow' }, '&retry-after=1');
    if (draw < 0.75) return publish(401, { errorCode: 401002, trackingId: 't', message: 'Unauthorized' });
    if (draw < 0.8) return publish(404, { errorCode: 404201 });
    if (draw < 0.85) return publish(500, 'no JSON {');
    if (draw < 0.9)
      return publish(200, {
        status: 'failed',
        registrationState: { errorCode: 400, errorMessage: 'é', status: 'failed' },
      });
    return publish(200, '{"status":"assigned"}');
  }

  state.next = function () {
    var draw = chance();
    if (draw < 0.04)
      return ((stage = 0), machine.lost({ kind: 'tls', stage: 'tls', message: 'x', retryable: draw < 0.02 }, now()));
    if (draw < 0.1) return ((stage = 0), machine.lost(undefined, now()));
    if (draw < 0.12) return machine.receive(unhex('f0aa00'), now());
    if (draw < 0.5 && stage === 0)
      return ((stage = 1), machine.connected('SharedAccessSignature sr=x&sig=AAAABBBBCCCC&se=1', now()));
    if (stage === 1) return ((stage = 2), machine.receive(unhex(chance() < 0.9 ? '20020000' : '20020003'), now()));
    if (stage === 2) return ((stage = 3), machine.receive(unhex(chance() < 0.95 ? '9003000101' : '9003000180'), now()));
    if (stage === 3) return inPieces(machine, answer(), chance, now);
    return machine.dialling('tls', now());
  };
  return state;
}

function clientTalk(Mote, chance, now) {
  var hasWork = false;
  var machine = new Mote.Client({
    clientId: 'device',
    cleanSession: chance() < 0.5,
    keepAlive: 30,
    routes: 1,
    random: chance,
    retry: { attempts: 6, baseMs: 100, capMs: 5000, standMs: 2000, silenceMs: 5000 },
    timeoutMs: 30000,
    freshCredentials: false,
    onSessionLost: 'resume',
    window: 3,
    queue: { maxMessages: 6, maxBytes: 2000, whenFull: chance() < 0.5 ? 'reject' : 'drop-oldest' },
    onWork: function () {
      hasWork = true;
    },
  });
  var state = { machine: machine, sent: [] };
  var stage = 0;
  var told = [];

  function acknowledge() {
    // The answer to a packet that was sent before: PUBACK, PUBREC, PUBCOMP or SUBACK.
    while (state.sent.length > 1) {
      var packets = state.sent.shift();
      var type = packets[0] >> 4;
      var id = packets.length > 5 ? packets.subarray(2, 4) : undefined;
      if (type === 8 && id) return unhex('9003' + hex(id) + '01');
      if (type === 6 && id) return unhex('7002' + hex(id));
    }
    return unhex((chance() < 0.5 ? '4002000' : '5002000') + (1 + Math.floor(chance() * 5)));
  }

  state.flush = function () {
    if (!hasWork) return [];
    hasWork = false;
    return machine.flush(now());
  };
  state.next = function () {
    var draw = chance();
    if (stage === 0 && draw < 0.7)
      return ((stage = 1), machine.connected({ userName: 'u', password: unhex('01') }, now()));
    if (stage === 1 && draw < 0.7)
      return ((stage = 2), machine.receive(unhex(chance() < 0.5 ? '20020000' : '20020100'), now()));
    if (draw < 0.4) {
      var qos = Math.floor(chance() * 3);
      machine.publish(
        {
          topicName: 'a/' + told.length,
          payload: Mote.encodeUtf8('é' + told.length),
          qos: qos,
          retain: chance() < 0.2,
          settle: function (error) {
            told.push(error ? error.code : 'ok');
          },
        },
        now()
      );
      return [];
    }
    if (draw < 0.5)
      return (
        machine.subscribe({
          topicFilter: 'a/+',
          qos: 1,
          highWater: 5,
          whenFull: 'hold',
          onMessage: nothing,
          onGranted: nothing,
          onEnd: nothing,
        }),
        []
      );
    if (draw < 0.6) return ((stage = 0), machine.lost(undefined, now()));
    if (draw < 0.8 && stage === 2) return inPieces(machine, acknowledge(), chance, now);
    if (stage === 2)
      return machine.receive(
        Mote.encodePublish({ topicName: 'a/x', payload: unhex('00ff'), qos: 1, packetId: 7 }),
        now()
      );
    return machine.wake(now());
  };
  return state;
}

function nothing() {}

/** What follows from both halves, when it is cut in two. */
function inPieces(machine, bytes, chance, now) {
  var cut = Math.floor(chance() * bytes.length);
  if (cut === 0) return machine.receive(bytes, now());
  return machine.receive(bytes.subarray(0, cut), now()).concat(machine.receive(bytes.subarray(cut), now()));
}
