import { type Explanation, explanation } from './explanation.ts';

const NETWORK = 'Reach any other host.';

/** Error codes of the system for names and connections, as Node reports them. */
export const SOCKET_CODES: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: explanation(
    'The host name does not exist.',
    ['a slip in the host', 'a DNS server that does not know private names'],
    'Resolve the name by hand.',
    'Correct `--host`, or use a DNS server that knows it.',
  ),
  EAI_AGAIN: explanation(
    'The name server did not answer.',
    ['no network yet', 'a broken resolver'],
    'Resolve any other name.',
    'Wait for the network; correct the resolver.',
  ),
  EAI_FAIL: explanation(
    'The name server answered that it cannot answer.',
    ['a broken resolver', 'DNSSEC that does not verify, often because of the clock'],
    'Resolve any other name; ask another name server.',
    'Correct the resolver; set the clock.',
  ),
  EAI_MEMORY: explanation(
    'There was no memory left to resolve the name.',
    ['a device that is out of memory'],
    'Free memory, and what uses it.',
    'Free memory, or give the process more.',
  ),
  ECONNREFUSED: explanation(
    'Nothing listens on that port.',
    ['wrong port', 'the emulator is not running', 'a firewall that answers with a reset'],
    'Compare host and port.',
    'Start what should listen, or correct the port.',
  ),
  ECONNRESET: explanation(
    'The peer cut the connection without a word.',
    ['a firewall or proxy', 'a server that gave up', 'a port that speaks something else than TLS'],
    'The stage of the error says when.',
    'Try `--transport websocket`; check host and port.',
  ),
  ECONNABORTED: explanation(
    'This machine itself ended the connection.',
    ['the network went away', 'security software on this machine'],
    NETWORK,
    'Bring the network up; ask whoever runs the security software.',
  ),
  ETIMEDOUT: explanation(
    'The network gave up waiting.',
    ['a firewall that drops packets'],
    '`mote doctor` tries both ports.',
    'Open the port, or use `--transport auto` or `--proxy`.',
  ),
  EHOSTUNREACH: explanation(
    'There is no route to the host.',
    ['no network', 'a VPN that is down'],
    NETWORK,
    'Bring the network up.',
  ),
  EHOSTDOWN: explanation(
    'The host is on this network and does not answer.',
    ['it is switched off', 'a private address that somebody else has on this network'],
    'Ask for its address with `arp -n` or `ip neighbour`.',
    'Switch it on, or correct `--host`.',
  ),
  ENETUNREACH: explanation(
    'There is no route to that network.',
    ['no network', 'IPv6 without a route'],
    NETWORK,
    'Bring the network up.',
  ),
  ENETDOWN: explanation(
    'The network interface is down.',
    ['a cable, a modem or a radio that is off'],
    'The state of the interface: `ip link`.',
    'Bring the interface up.',
  ),
  ENETRESET: explanation(
    'The network dropped the connection.',
    ['the interface restarted', 'a keep-alive that found nobody'],
    NETWORK,
    'Try again; Mote dials anew by itself while the deadline allows.',
  ),
  EADDRNOTAVAIL: explanation(
    'That address cannot be used on this machine.',
    ['`--host` of the emulator is no address of this machine', 'no source port is free for a new connection'],
    'The addresses of this machine: `ip address`.',
    'Listen on 127.0.0.1; close connections that nobody needs.',
  ),
  EAFNOSUPPORT: explanation(
    'This system does not speak that kind of address.',
    ['an IPv6 address where IPv6 is off', 'the other way round'],
    'Whether the host is an IPv6 address.',
    'Use the host name or the address of the other kind.',
  ),
  EPROTONOSUPPORT: explanation(
    'This system does not speak that protocol.',
    ['a kernel without TCP for that kind of address'],
    'Whether anything else on this machine reaches the network.',
    'Use a kernel that has it.',
  ),
  EPROTO: explanation(
    'The peer and this machine do not agree on the protocol.',
    ['something else than TLS on that port', 'a fault in the TLS of the peer'],
    'The message behind it, from OpenSSL.',
    'Check host and port.',
  ),
  EPIPE: explanation(
    'We wrote to a connection that the peer had closed.',
    ['the peer closed after a refusal'],
    '`-v` shows the last packet.',
    'Look at the refusal before it.',
  ),
  ENOTCONN: explanation(
    'The connection was gone before it was used.',
    ['the peer hung up at once', 'a firewall that accepts and then cuts'],
    'The stage of the error says when.',
    'Try again; try `--transport websocket`.',
  ),
  EADDRINUSE: explanation(
    'Another program listens on that port.',
    ['a second emulator', 'a broker on 8883'],
    'Ask the system who listens there.',
    'Choose another port: `--port 0` takes any free one.',
  ),
};
