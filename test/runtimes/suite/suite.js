// Which checks each vector goes through, and how they are counted.

function runSuite(codec, vectors) {
  var t = {
    codec: codec,
    view: new codec.PublishView(),
    flipEvery: vectors.flipEvery,
    counts: {},
    failed: 0,
    failures: [],
  };
  t.ok = function (kind, name, ok, detail) {
    count(t, kind, ok);
    if (ok) return;
    t.failed++;
    if (t.failures.length < 20) t.failures.push(kind + ': ' + name + (detail ? ' (' + detail + ')' : ''));
  };
  transcript = 0;
  var checks = { accept: accept, reject: reject, incomplete: incomplete, stream: stream };
  for (var i = 0; i < vectors.entries.length; i++) guard(t, vectors.entries[i], checks[vectors.entries[i].expected]);
  checkRefusals(t, vectors.refusals);
  checkTopics(t, vectors.topics);
  return { suite: 'mote-codec', transcript: transcript, counts: t.counts, failures: t.failures };
}

function count(t, kind, ok) {
  var counts = t.counts[kind] || (t.counts[kind] = { passed: 0, failed: 0 });
  counts[ok ? 'passed' : 'failed']++;
}

/** A vector has passed when each check on it has. An exception that no check expected fails it, and the run goes on. */
function guard(t, entry, check) {
  var before = t.failed;
  var vector = {};
  for (var key in entry) vector[key] = entry[key];
  vector.bytes = bytesOfRuns(entry.runs);
  if (entry.packet) vector.packet = valueOf(entry.packet);
  try {
    check(t, vector);
  } catch (error) {
    t.ok('verdicts', entry.name + ', without an exception', false, String(error));
  }
  count(t, 'vectors', t.failed === before);
}

function accept(t, vector) {
  checkAccept(t, vector);
  var packet = t.codec.decode(vector.bytes);
  if (vector.bytes.length > 262144) checkOversized(t, vector);
  if (packet.type === 3) checkPublish(t, vector, packet);
  checkSplits(t, vector, packet);
  if (vector.bytes.length > 262144) return;
  checkTruncations(t, vector);
  checkFlips(t, vector);
  checkLengths(t, vector, packet);
  checkAnnotate(t, vector, 'accept');
}

function reject(t, vector) {
  checkReject(t, vector);
  checkAnnotate(t, vector, vector.early ? undefined : 'reject');
}

function incomplete(t, vector) {
  checkIncomplete(t, vector);
  checkAnnotate(t, vector, undefined);
}

function stream(t, vector) {
  checkStream(t, vector);
  checkAnnotate(t, vector, 'accept');
}
