/** ID scopes `0cn…` belong to Azure China. Its hosts end in `.cn`, those of public Azure in `.net`, those of Azure Government in `.us`. */
const DOMAIN = /azure-devices-provisioning\.(net|cn|us)\.?(:\d+)?$/i;

/**
 * The host to dial for an ID scope that belongs to another cloud than `endpoint`. The wrong cloud answers that there is no such
 * scope. Undefined when scope and host fit, or one of them is unknown.
 *
 * @example
 * otherCloud('0cn00ABCDEF', 'global.azure-devices-provisioning.net'); // 'global.azure-devices-provisioning.cn'
 */
export function otherCloud(idScope = '', endpoint = 'global.azure-devices-provisioning.net'): string | undefined {
  const domain = DOMAIN.exec(endpoint)?.[1]?.toLowerCase();
  const isChina = /^0cn/i.test(idScope);
  // No ID scope of Azure Government with a prefix of its own was seen: they may look like those of public Azure.
  if (!domain || isChina === (domain === 'cn') || !(isChina || /^0ne/i.test(idScope))) return undefined;
  return `global.azure-devices-provisioning.${isChina ? 'cn' : 'net'}`;
}

/**
 * True for the form that the service makes, `0ne00ABCDEF`.
 *
 * @example
 * looksLikeIdScope('0ne00ABCDEF'); // true
 */
export function looksLikeIdScope(text: string): boolean {
  return /^0(ne|cn)[\da-f]{8}$/i.test(text);
}

/**
 * True when registration id and ID scope were swapped.
 *
 * @example
 * idsAreSwapped('sensor-17', '0ne00ABCDEF'); // true
 */
export function idsAreSwapped(idScope = '', registrationId = ''): boolean {
  return looksLikeIdScope(registrationId) && !looksLikeIdScope(idScope);
}
