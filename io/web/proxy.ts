/** Which proxy a request goes through: the usual variables of the environment, read at every connection. */

/** http_proxy, https_proxy, all_proxy and no_proxy, in either case. Null: straight there. */
export function proxyFor(url: URL, environment: Readonly<Record<string, string | undefined>> = process.env): URL | null {
  const named = (name: string): string => environment[name] ?? environment[name.toUpperCase()] ?? '';
  if (excepted(url, named('no_proxy'))) return null;
  const text = named(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') || named('all_proxy');
  if (text === '') return null;
  try {
    const proxy = new URL(text.includes('://') ? text : `http://${text}`);
    return proxy.protocol === 'http:' ? proxy : null;
  } catch {
    return null;
  }
}

/** Names and domains with their subdomains, a port where one is given, `*` for all. */
function excepted(url: URL, list: string): boolean {
  const host = url.hostname.toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.toLowerCase().split(/[\s,]+/).filter((rule) => rule !== '').some((rule) => {
    if (rule === '*') return true;
    const [, name = '', rulePort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(rule) ?? [];
    if (rulePort !== undefined && rulePort !== port) return false;
    return host === name || host.endsWith(`.${name}`);
  });
}
