/** ID scopes `0cn…` live in Azure China. Its hosts end in `.cn`, those of public Azure in `.net`, those of Azure Government in `.us`. */
const DOMAIN = /azure-devices-provisioning\.(net|cn|us)\.?(:\d+)?$/i;

/**
 * The host to dial for an ID scope that belongs to another cloud than `endpoint`; another cloud answers as if there were no such
 * scope. Undefined when they fit together, or nothing is known of one of them.
 */
export function otherCloud(idScope = '', endpoint = 'global.azure-devices-provisioning.net'): string | undefined {
  const domain = DOMAIN.exec(endpoint)?.[1]?.toLowerCase();
  const isChina = /^0cn/i.test(idScope);
  // No scope of Azure Government was ever seen with a prefix of its own: it may look like those of public Azure.
  if (!domain || isChina === (domain === 'cn') || !(isChina || /^0ne/i.test(idScope))) return undefined;
  return `global.azure-devices-provisioning.${isChina ? 'cn' : 'net'}`;
}

/** `0ne00ABCDEF`, as the service makes them. */
export function looksLikeIdScope(text: string): boolean {
  return /^0(ne|cn)[\da-f]{8}$/i.test(text);
}

/** Somebody gave one for the other. */
export function idsAreSwapped(idScope = '', registrationId = ''): boolean {
  return looksLikeIdScope(registrationId) && !looksLikeIdScope(idScope);
}
