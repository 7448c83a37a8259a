/** The proxy that the environment names for a host, as curl and others read it. Mote itself uses only the one of `--proxy`. */
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
