// Variables, domains and ports of an application.
import { none } from './match.mjs';

const env = '{A:storefront}/env';
const exposed = '{A:api}/exposed_env';

export const variables = [
  { command: 'env', checks: "the application's own variables and those of its links", run: 'env --app storefront', answers: { env: [{ name: 'PORT', value: '8080' }], fromAddons: [{ addonName: 'shop-cache', env: [{ name: 'REDIS_URL' }] }] } },
  { command: 'env', checks: 'as a script for the shell', run: 'env --app storefront --format shell', prints: /^export PORT="8080";$/m },
  { command: 'env set', checks: 'accents, quotes, an equals sign', run: `env set CI_GREETING 'héllo = "wörld"' --app storefront`, state: { [env]: [{ name: 'CI_GREETING', value: 'héllo = "wörld"' }, { name: 'PORT', value: '8080' }] } },
  { command: 'env set', checks: 'a bad name is refused', run: "env set 'not a name' x --app storefront", refuses: /[Nn]ame|invalid/ },
  { command: 'env rm', checks: 'the variable is gone', run: 'env rm CI_GREETING --app storefront', state: { [env]: none({ name: 'CI_GREETING' }) } },
  { command: 'env import', checks: 'the lines of standard input replace everything', run: 'env import --app scratchpad', input: 'ONE=1\nTWO="2 3"\n', state: { '{A:scratchpad}/env': [{ name: 'ONE', value: '1' }, { name: 'TWO', value: '2 3' }] } },
  { command: 'env import', checks: 'the same from JSON', run: 'env import --json --app scratchpad', input: '[{"name":"THREE","value":"3"}]', state: { '{A:scratchpad}/env': [{ name: 'THREE', value: '3' }, none({ name: 'ONE' })] } },
  { command: 'env import-vars', checks: 'the value that the shell has; 4.11 takes each letter of its argument for a name', run: 'env import-vars X --app scratchpad', env: { X: 'from the shell' }, state: { '{A:scratchpad}/env': [{ name: 'X', value: 'from the shell' }] } },
  { command: 'published-config', checks: 'names and values', run: 'published-config --app {api}', prints: 'API_VERSION="3"' },
  { command: 'published-config set', checks: 'one more, the others stay', run: 'published-config set API_DOCS https://docs.example.com --app {api}', state: { [exposed]: { API_DOCS: 'https://docs.example.com', API_VERSION: '3' } } },
  { command: 'published-config set', checks: 'an application that depends on it sees the variable', run: 'published-config set API_SEEN yes --app {api}', state: { '{A:storefront}/dependencies/env': [{ env: [{ name: 'API_SEEN', value: 'yes' }] }] } },
  { command: 'published-config rm', checks: 'the variable is gone', run: 'published-config rm API_DOCS --app {api}', state: { [exposed]: { API_DOCS: undefined, API_VERSION: '3' } } },
  { command: 'published-config import', checks: 'the lines of standard input replace everything', run: 'published-config import --app {api}', input: 'ONLY=this\n', state: { [exposed]: { ONLY: 'this', API_VERSION: undefined } } },
  { command: 'domain', checks: 'every domain, the favourite marked', run: 'domain --app storefront', answers: [{ hostname: 'www.acme.example', pathPrefix: '/', isFavourite: true }, { hostname: 'shop.acme.example', pathPrefix: '/beta' }] },
  { command: 'domain add', checks: 'a domain with a path', run: 'domain add ci.example.com/shop --app storefront', state: { '{A:storefront}/vhosts': [{ fqdn: /^ci\.example\.com\/shop\/?$/ }, { fqdn: 'acme.example/' }] } },
  { command: 'domain add', checks: "another application's is refused", run: 'domain add api.acme.example --app storefront', refuses: /already|used|exists|taken/i },
  { command: 'domain add', checks: 'a wildcard', run: "domain add '*.ci.example.com' --app storefront", state: { '{A:storefront}/vhosts': [{ fqdn: /^\*\.ci\.example\.com/ }] } },
  { command: 'domain favourite', checks: 'which one it is', run: 'domain favourite --app storefront', prints: /www\.acme\.example/ },
  { command: 'domain favourite set', checks: 'another one', run: 'domain favourite set ci.example.com/shop --app storefront', state: { '{A:storefront}/vhosts/favourite': { fqdn: /^ci\.example\.com\/shop/ } } },
  { command: 'domain favourite unset', checks: 'there is none', run: 'domain favourite unset --app storefront', state: { '{A:storefront}/vhosts/favourite': { status: 404 } } },
  { command: 'domain favourite', checks: 'that there is none', run: 'domain favourite --app storefront', prints: /[Nn]o favourite/ },
  { command: 'domain overview', checks: 'the domains of every owner', run: 'domain overview', prints: [/api\.acme\.example/, /studio-nuage\.example/, /camille\.example/] },
  { command: 'domain diag', checks: 'what the load balancer wants, and that a domain does not resolve', run: 'domain diag --app storefront', refuses: /acme\.example\/[^]*Add these A records:\s+203\.0\.113\.\d+[^]*misconfigured/ },
  { command: 'domain rm', checks: 'the domain is gone', run: 'domain rm ci.example.com/shop --app storefront', state: { '{A:storefront}/vhosts': none({ fqdn: /^ci\.example\.com/ }) } },
  { command: 'tcp-redirs', checks: 'namespace and port', run: 'tcp-redirs --app worker', answers: [{ namespace: 'default', port: /^\d{4,5}$/ }] },
  { command: 'tcp-redirs list-namespaces', checks: 'those of the organisation', run: 'tcp-redirs list-namespaces --app worker', answers: [{ namespace: 'default' }] },
  { command: 'tcp-redirs add', checks: 'a port is given', run: 'tcp-redirs add --namespace default --app storefront', prints: /\d{4,5}/, state: { '{A:storefront}/tcpRedirs': [{ namespace: 'default', port: /^\d{4,5}$/ }] } },
  { command: 'tcp-redirs remove', checks: 'the port is free again', find: { port: ['{A:storefront}/tcpRedirs', /"port":(\d+)/] }, run: 'tcp-redirs remove --namespace default {port} --app storefront', state: { '{A:storefront}/tcpRedirs': { length: 0 } } },
];
