import type { CodecErrorCode } from '@mote/codec';

/** What is wrong at a byte, in a few words. The statement that is shown with it names the rule. */
export const PROBLEMS: Readonly<Record<CodecErrorCode, string>> = {
  'bad-client-id': 'an empty client identifier with CleanSession 0',
  'bad-flags': 'flags that may not be set, or not together',
  'bad-keep-alive': 'a keep alive that does not exist',
  'bad-packet-id': 'a packet identifier that may not be',
  'bad-packet-type': 'a packet type that does not exist',
  'bad-protocol': 'not MQTT 3.1.1',
  'bad-qos': 'a quality of service that does not exist',
  'bad-return-code': 'a return code that is reserved',
  'bad-string': 'text that is not well-formed',
  'bad-topic': 'an empty topic, or a wildcard where none may stand',
  'empty-payload': 'a list with nothing in it',
  'malformed-length': 'a Remaining Length of more than four bytes',
  'no-room': 'no room for the packet',
  'packet-too-large': 'a packet that is too large',
  'trailing-bytes': 'bytes behind the last field',
  truncated: 'the packet ends before the field does',
};
