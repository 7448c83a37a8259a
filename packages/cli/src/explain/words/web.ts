import type { Words } from '../explanation.ts';

/** Errors of proxies and WebSocket upgrades, and the web pages that a guest network sends in place of an answer. */
export const WEB_WORDS: Words = [
  [/proxy authentication required|407 from proxy|proxy requires authentication/i, '407'],
  [
    /tunnel(?:ing socket|ling)? (?:connection )?(?:could not|failed)|tunnel connection failed|unable to connect to proxy|proxy error|cannot connect to proxy|proxy connect aborted|ERR_ACCESS_DENIED|ERR_TUNNEL_CONNECTION_FAILED|could not resolve proxy/i,
    'proxy-failed',
  ],
  [
    /unexpected server response|invalid sec-?websocket-?accept|websocket.{0,40}(?:failed|bad handshake|was not upgraded)|bad handshake|WebSocketException|handshake status \d|websocket (?:is|was) closed before|expected http 101|server sent no subprotocol|invalid websocket frame|WS_ERR_/i,
    'websocket-failed',
  ],
  // Sign-in pages of guest networks
  [
    /captive ?portal|captive\.|network authentication required|\b511\b.{0,40}network|http-equiv=["']?refresh|<title>[^<]{0,80}(?:log ?in|sign ?in|wi-?fi|guest|welcome|portal|hotspot)|\b30[1278] (?:found|moved|temporary|permanent)|WISPAccessGatewayParam/i,
    '302',
  ],
];
