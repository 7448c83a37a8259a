// One registration from its key to its hub, against answers that are there before the heap is looked at.

var key = Mote.decodeBase64('AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=');
var state =
  '{"registrationId":"sensor-17","assignedHub":"hub.azure-devices.net","deviceId":"sensor-17","status":"assigned"}';
var answers = [
  new Uint8Array([0x20, 2, 0, 0]),
  new Uint8Array([0x90, 3, 0, 1, 1]),
  answer(202, 'r1&retry-after=3', '{"operationId":"4.op.1","status":"assigning"}'),
  answer(200, 'r2', '{"operationId":"4.op.1","status":"assigned","registrationState":' + state + '}'),
];

var registration;
function register() {
  var request = 0;
  registration = new Mote.Registration({
    idScope: '0ne00ABCDEF',
    registrationId: 'sensor-17',
    routes: [{ transport: 'own', host: 'dps.test', port: 8883 }],
    timeoutMs: 60000,
    random: function () {
      return 0.5;
    },
    requestId: function () {
      return 'r' + ++request;
    },
  });
  registration.start(0);
  registration.connected(
    Mote.dpsPassword({ idScope: '0ne00ABCDEF', registrationId: 'sensor-17', key: key, expiry: 1900000000 }),
    10
  );
  registration.receive(answers[0], 20);
  registration.receive(answers[1], 30);
  registration.receive(answers[2], 40);
  registration.wake(4000);
  var last = registration.receive(answers[3], 4100);
  return last.some(function (action) {
    return action.type === 'assigned';
  });
}

var before = heap();
peak();
if (!register()) throw new Error('not assigned');
var most = peak() - before;
print(JSON.stringify({ most: most, kept: heap() - before }));

/** As the service sends it: made of numbers, so that no encoder of ours is on the heap for it. */
function answer(status, rest, body) {
  var topic = '$dps/registrations/res/' + status + '/?$rid=' + rest;
  var bytes = [0x30];
  var left = 2 + topic.length + body.length;
  if (left > 127) bytes.push((left & 127) | 128, left >> 7);
  else bytes.push(left);
  bytes.push(0, topic.length);
  for (var i = 0; i < topic.length; i++) bytes.push(topic.charCodeAt(i));
  for (i = 0; i < body.length; i++) bytes.push(body.charCodeAt(i));
  return new Uint8Array(bytes);
}
