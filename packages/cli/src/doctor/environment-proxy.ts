/** The proxy that programs which read the environment would take for a host. Mote itself takes one from `--proxy` only. */
export function proxyFor(host: string, environment: NodeJS.ProcessEnv): string | undefined {
  const of = (name: string) => environment[name] || environment[name.toLowerCase()] || undefined;
  const proxy = of('HTTPS_PROXY') ?? of('ALL_PROXY');
  const excepted = (of('NO_PROXY') ?? '').split(/[\s,]+/).some((entry) => covers(entry, host));
  return proxy === undefined || excepted ? undefined : proxy.includes('://') ? proxy : `http://${proxy}`;
}

function covers(entry: string, host: string): boolean {
  if (entry === '*') return true;
  const domain = entry.replace(/^\*?\.?/, '').toLowerCase();
  return domain !== '' && (host.toLowerCase() === domain || host.toLowerCase().endsWith(`.${domain}`));
}
