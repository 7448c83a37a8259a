// The machines of the client as a plain script in ES5: known answers, and random talks, the same on every engine. What a machine does goes
// into one sum; an engine that gives another one than Node has done something else.

function runMachines(Mote, talks) {
  var counts = { vectors: tally(), registrations: tally(), clients: tally() };
  var failures = [];
  var transcript = 0;

  function tally() {
    return { passed: 0, failed: 0 };
  }

  function ok(kind, name, condition) {
    counts[kind][condition ? 'passed' : 'failed']++;
    if (!condition && failures.length < 20) failures.push(kind + ': ' + name);
  }

  function note(text) {
    for (var i = 0; i < text.length; i++) transcript = (transcript * 31 + text.charCodeAt(i)) | 0;
  }

  checkVectors(Mote, ok);
  for (var seed = 1; seed <= talks; seed++) {
    note(
      talk(Mote, seed, registrationTalk, function (name, good) {
        ok('registrations', 'talk ' + seed + ' ' + name, good);
      })
    );
    note(
      talk(Mote, seed, clientTalk, function (name, good) {
        ok('clients', 'talk ' + seed + ' ' + name, good);
      })
    );
  }
  return { suite: 'mote-device', counts: counts, failures: failures, transcript: transcript };
}

/** RFC 4231 (1 to 3, 6), FIPS 180 (two blocks, none), RFC 4648; and tokens, whose bytes a service checks. */
function checkVectors(Mote, ok) {
  var hmacs = [
    [
      '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b',
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    ['4a656665', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    [
      repeated('aa', 131),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ];
  var i;
  for (i = 0; i < hmacs.length; i++)
    ok(
      'vectors',
      'RFC 4231 ' + i,
      hex(Mote.hmacSha256(unhex(hmacs[i][0]), Mote.encodeUtf8(hmacs[i][1]))) === hmacs[i][2]
    );
  var hashes = [
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ];
  for (i = 0; i < hashes.length; i++)
    ok('vectors', 'FIPS 180 ' + i, hex(Mote.sha256(Mote.encodeUtf8(hashes[i][0]))) === hashes[i][1]);
  var texts = ['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy'];
  for (i = 0; i < texts.length; i++)
    ok('vectors', 'RFC 4648 ' + i, Mote.encodeBase64(Mote.decodeBase64(texts[i])) === texts[i]);
  var bad = ['Z', 'Zg=', 'Zh==', 'Zm-v', 'Zg==Zg==', '=Zg='];
  for (i = 0; i < bad.length; i++) ok('vectors', 'no base64 ' + i, Mote.decodeBase64(bad[i]) === undefined);
  var error = new Mote.ProvisioningError('throttled', 'register', undefined, { statusCode: 429 });
  ok(
    'vectors',
    'an error',
    error instanceof Mote.ProvisioningError && error instanceof Error && error.code === 'throttled'
  );
}

/** One talk: the machine, and a peer that answers rightly, wrongly or not at all, by a generator of which every engine has the same. */
function talk(Mote, seed, make, check) {
  var chance = generator(seed);
  var said = '';
  var now = 0;
  var wakeAt = Infinity;
  var ended = 0;
  var state = make(Mote, chance, function () {
    return now;
  });

  function perform(actions) {
    for (var i = 0; i < actions.length; i++) {
      var action = actions[i];
      if (ended) check('is silent after its end', false);
      said += describe(action) + ';';
      if (action.type === 'send') state.sent.push(action.bytes);
      if (action.type === 'wait') wakeAt = action.until;
      if (action.type === 'assigned' || action.type === 'failed' || action.type === 'end') ended++;
    }
  }

  perform(state.machine.start(now));
  for (var step = 0; step < 40 && !ended; step++) {
    now += Math.floor(chance() * 700);
    if (chance() < 0.3 && wakeAt < Infinity) {
      now = Math.max(now, Math.ceil(wakeAt));
      wakeAt = Infinity;
      perform(state.machine.wake(now));
    } else perform(state.next());
    if (state.flush) perform(state.flush());
  }
  check('does what it is told', said.length > 0);
  return said;
}

/** Lehmer's, by 48,271: its products fit a double exactly. */
function generator(seed) {
  var value = seed;
  return function () {
    value = (value * 48271) % 2147483647;
    return value / 2147483647;
  };
}

function describe(action) {
  var text = action.type;
  if (action.bytes) text += hex(action.bytes);
  if (action.type === 'wait') text += Math.floor(action.until);
  if (action.event)
    text +=
      action.event.type + Math.floor(action.event.delayMs || 0) + (action.event.cause ? action.event.cause.code : '');
  if (action.assignment) text += action.assignment.assignedHub + action.assignment.deviceId;
  if (action.error) text += (action.error.code || action.error) + '/' + action.error.stage + '/' + action.error.reason;
  if (action.state)
    text +=
      action.state.type + Math.floor(action.state.delayMs || 0) + (action.state.cause || action.state.error || {}).code;
  return text;
}

function hex(bytes) {
  for (var text = '', i = 0; i < bytes.length; i++) text += (bytes[i] + 256).toString(16).slice(1);
  return text;
}

function unhex(text) {
  var bytes = new Uint8Array(text.length / 2);
  for (var i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.substr(2 * i, 2), 16);
  return bytes;
}

function repeated(text, times) {
  for (var all = ''; times > 0; times--) all += text;
  return all;
}
