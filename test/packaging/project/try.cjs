const assert = require('node:assert').strict;
const { decode, encodePingreq, PINGREQ } = require('@mote/codec');
const { provision, deriveDeviceKey } = require('@mote/client');
const { startEmulator } = require('@mote/emulator');

assert.equal(decode(encodePingreq()).type, PINGREQ);
assert.equal(typeof provision, 'function');
assert.equal(typeof startEmulator, 'function');
assert.equal(
  deriveDeviceKey('AAECAwQFBgcICQoLDA0ODw==', 'Dev:01.a_b-C'),
  'D5ngwmNEAisjXA9X+ectHIRnTsZ4IWnWbGrgpZlM7Ug=',
);
