import type { Words } from '../explanation.ts';

/** Errors of sockets and files in the words of Linux, Windows, curl, Python, Go, Java, .NET and lwIP. */
export const SYSTEM_WORDS: Words = [
  [
    /temporary failure in name resolution|servfail\b|try again later.{0,10}dns|resolving timed out|InternalGetHostByName/i,
    'EAI_AGAIN',
  ],
  [
    /name or service not known|dns invalid name|nodename nor servname|could not resolve host|getaddrinfo (?:failed|ENOTFOUND)|no such host|no address associated|unknown ?host ?exception|lookup error|couldn't get hostname|dns (?:query|lookup|resolution)? ?failed|name resolution fail|failed to (?:resolve|lookup)|unresolved ?address|name does not resolve|cannot resolve host ?name|can't resolve|name not resolved|nxdomain/i,
    'ENOTFOUND',
  ],
  [/actively refused|connection refused|couldn'?t connect to server|refused to connect/i, 'ECONNREFUSED'],
  [
    /forcibly closed|socket hang up|connection (?:was )?reset|reset by peer|connection closed by (?:peer|remote host|foreign host)|empty reply from server|remote end closed connection|host terminated the handshake|socket (?:is )?closed|software caused connection abort|other side closed/i,
    'ECONNRESET',
  ],
  [/broken pipe/i, 'EPIPE'],
  [
    /did not properly respond|i\/o timeout|(?:connect|connection|operation|read|socket) ?timed? ?out|timed? ?out ?exception|connect(?:ion)? timeout|select\(\) timeout|socket timeout|deadline exceeded|\btimed out$/im,
    'ETIMEDOUT',
  ],
  [/no route to host|(?:host|destination) (?:host )?(?:is )?unreachable/i, 'EHOSTUNREACH'],
  [/network (?:is )?unreachable/i, 'ENETUNREACH'],
  [/address already in use|only one usage of each socket address/i, 'EADDRINUSE'],
  [/permission denied|access is denied|keyset does not exist/i, 'EACCES'],
  [
    /no such file or directory|cannot find the (?:file|path) specified|filenotfounderror|file not found|unable to load ca certificates/i,
    'ENOENT',
  ],
  [/no space left on device/i, 'ENOSPC'],
  [/too many open files/i, 'EMFILE'],
  [/cannot allocate memory|out of memory/i, 'ENOMEM'],
  // The end of a stream, in the words of Go, Java, Rust and Python
  [
    /^\W*(?:unexpected )?eof\W*$|eof ?exception|eof ?error|unexpected eof|incomplete ?read ?error|end of (?:stream|file)\b|read\(\) eof\b/im,
    'connection-lost',
  ],
  // A connection that is over, in the words of the streams of Node, .NET and OpenSSL
  [
    /write after end|after a stream was destroyed|premature close|closed ?channel ?exception|ssl channel closed|(?:tls|ssl) connection has been closed|zero ?return ?error|(?:tls|ssl) failed sending data|failure sending control packet|unspecified error/i,
    'connection-lost',
  ],
  // A value that cannot be right
  [
    /invalid url|should be >= 0 and < 65536|missing protocol|unknown protocol for|invalid host\b|not a valid base-?64|illegal base64|incorrect padding/i,
    'invalid-options',
  ],
];
