/** What `pnpm test:nodes` tells every Node by the environment. A test that gives a process an environment of its own hands it on. */
export function nodeEnvironment(): Record<string, string> {
  const names = ['NODE_OPTIONS', 'NODE_REDIRECT_WARNINGS'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
