// What is timed and what is kept, of the device or of a peer: `subject` has functions `encode()`, `decode()`, `hmac()` and `inFlight()`, or
// some of them. `decode()` returns what it has read.

/** Microseconds for one, of the best of ten rounds. */
function timeOf(call, times) {
  var best = Infinity;
  for (var round = 0; round < 10; round++) {
    var began = clock();
    for (var i = 0; i < times; i++) call();
    best = Math.min(best, ((clock() - began) * 1000) / times);
  }
  return best;
}

/** Bytes of heap for each, when a hundred are kept; the first twenty pay for what is made once. */
function bytesOf(make) {
  var kept = [];
  for (var i = 0; i < 20; i++) kept.push(make());
  var before = heap();
  for (i = 0; i < 100; i++) kept.push(make());
  return (heap() - before) / 100;
}

var found = {};
if (subject.inFlight) found.inFlight = bytesOf(subject.inFlight);
if (subject.decode) found.decoded = bytesOf(subject.decode);
if (subject.encode) found.encode = timeOf(subject.encode, 300);
if (subject.decode) found.decode = timeOf(subject.decode, 300);
if (subject.hmac) found.hmac = timeOf(subject.hmac, 20);
print(JSON.stringify(found));
