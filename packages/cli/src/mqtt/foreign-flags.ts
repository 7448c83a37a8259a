const IS_5 = 'it is of MQTT 5, and MQTT 3.1.1 is spoken here';
const NOT_CHECKED = 'the certificate of the server is always checked: give the CA that signed it with --ca FILE';
const PSK = 'TLS is by certificates here: --ca FILE, --cert FILE, --cert-key FILE';
const BY_NODE = 'Node and the server agree on the best that both have, from TLS 1.2 on';

/** Flags of mosquitto_pub and mosquitto_sub, and others that one would try, that `mote` does not have: what to do in place of them. */
export const FOREIGN_FLAGS: Readonly<Record<string, string>> = {
  '-A': 'the system chooses the address that it dials from',
  '-D': IS_5,
  '--property': IS_5,
  '-x': IS_5,
  '--session-expiry-interval': IS_5,
  '--retain-as-published': IS_5,
  '-U': 'a session that is not kept (without -c) begins with no subscriptions',
  '--unsubscribe': 'a session that is not kept (without -c) begins with no subscriptions',
  '--capath': 'give one file with --ca FILE, or leave it out for the public CAs',
  '--tls-use-os-certs': 'leave it out for the public CAs; `NODE_EXTRA_CA_CERTS=FILE` adds others',
  '--insecure': NOT_CHECKED,
  '--tls-version': BY_NODE,
  '--ciphers': BY_NODE,
  '--tls-alpn': 'no protocol is asked for within TLS; --transport websocket goes through port 443',
  '--tls-engine': 'keys are read from files: --cert-key FILE',
  '--tls-engine-kpass-sha1': 'keys are read from files: --cert-key FILE',
  '--keyform': 'PEM, DER and PKCS #12 are told apart by what is in the file; leave it out',
  '--psk': PSK,
  '--psk-identity': PSK,
  '--quiet': 'send what it says elsewhere: 2>/dev/null',
  '--nodelay': 'small packets are never held back; leave it out',
  '--unix': 'the server is HOST[:PORT]',
  '--pretty': '--json and -F %j print one line for each message; `jq` makes it pretty',
  '--tcp': '--transport tcp is TCP without TLS',
  '--tls': 'TLS is what is used without --transport; leave it out',
  '--ws': '--transport websocket is WebSocket over TLS',
  '--websocket': '--transport websocket is WebSocket over TLS',
  '--random-filter': '-C COUNT and -T FILTER choose what is printed',
};
