// Who signs in how, and what `clever` keeps in its own files.

// Signed in by a profile and not by the environment.
const profile = { CLEVER_TOKEN: null, CLEVER_SECRET: null, API_HOST: null, AUTH_BRIDGE_HOST: null, CONSOLE_URL: null };
const hosts = '--api-host {API_HOST} --auth-bridge-host {AUTH_BRIDGE_HOST} --console-url {CONSOLE_URL}';
const configuration = 'config/clever-cloud/clever-tools.json';
const experiments = 'config/clever-cloud/clever-tools-experimental-features.json';
// Such a command alone prints its help and fails.
const above = (command, shows) => ({ command, checks: 'the commands below it', run: command, refuses: shows });

export const local = [
  {
    command: 'login', checks: 'in a browser, while it asks for the token; the profile is kept with its hosts', env: profile, run: `login ${hosts}`, signsIn: true,
    opens: /^http:\/\/127\.0\.0\.1:\d+\/cli-oauth\?cli_version=4\.11\.\d+&cli_token=.{20}/, prints: /Login successful.*camille\.martin@example\.com/, writes: { [configuration]: /"alias": ?"default"[^]*"API_HOST": ?"http:\/\/127/ },
  },
  { command: 'login', checks: 'the profile signs in', env: profile, run: 'profile', answers: { alias: 'default', id: '{me}', isTokenValid: true } },
  { command: 'login', checks: 'by a token and its secret, under another alias', env: profile, run: `login --alias other --token {CLEVER_TOKEN} --secret {CLEVER_SECRET} ${hosts}`, prints: /Login successful.*camille\.martin@example\.com/, writes: { [configuration]: /"alias": ?"other"[^]*"alias": ?"default"/ } },
  { command: 'login', checks: 'a wrong secret is refused', env: profile, run: `login --alias wrong --token {CLEVER_TOKEN} --secret wrong ${hosts}`, refuses: /not logged in/ },
  { command: 'profile', checks: 'the active one', env: profile, run: 'profile', answers: { alias: 'other', id: '{me}', email: 'camille.martin@example.com', isTokenValid: true } },
  { command: 'profile list', checks: 'both, each signed in', env: profile, run: 'profile list', answers: [{ alias: 'other', id: '{me}', isProfileActive: true }, { alias: 'default', id: '{me}', isProfileActive: false }] },
  { command: 'profile switch', checks: 'the other one is active', env: profile, run: 'profile switch', prints: /Switched to profile.*default/, writes: { [configuration]: /"alias": ?"default"[^]*"alias": ?"other"/ } },
  { command: 'profile switch', checks: 'one that does not exist is refused', env: profile, run: 'profile switch --alias nobody', refuses: /nobody.*not found/ },
  { command: 'logout', checks: 'the profile is gone, the next one is active', env: profile, run: 'logout', prints: /Logged out of profile.*default[^]*other/, writes: { [configuration]: /^(?![^]*"default")[^]*"alias": ?"other"/ } },
  { command: 'logout', checks: 'no profile is left', env: profile, first: [], run: 'logout', prints: /Logged out of profile.*other/, writes: { [configuration]: /"profiles": ?\[\]/ } },

  { command: 'applications', checks: 'those that are linked to the folder', first: ['link {storefront} --alias shop', 'link {api} --alias api'], run: 'applications --json', prints: [/"alias": ?"shop"/, '{storefront}', '{api}'] },
  { command: 'make-default', checks: 'the alias in .clever.json', run: 'make-default api', writes: { '.clever.json': /"default": ?"app_/ }, then: { 'status --format json': /"name": "api"/ } },
  { command: 'unlink', checks: 'the link is gone, the other stays', run: 'unlink api', writes: { '.clever.json': /^(?![^]*"alias": ?"api")[^]*"alias": ?"shop"/ } },
  { command: 'features', checks: 'every experimental feature', run: 'features', prints: [/\bkv\b/, /\bng\b/, /\bk8s\b/, /\boperators\b/] },
  { command: 'features list', checks: 'the same as JSON', run: 'features list', answers: [{ id: 'kv', enabled: false }] },
  { command: 'features info', checks: 'what it is', run: 'features info kv', prints: /Materia KV/ },
  { command: 'features enable', checks: 'the feature is on', run: 'features enable k8s', writes: { [experiments]: /"k8s": ?true/ }, then: { 'features list --format json': /"id": "k8s",\s+"enabled": true|"k8s"[^}]*"enabled": true/ } },
  above('k8s', /get-kubeconfig/),
  above('k8s nodegroups', /Create a node group/),
  { command: 'features disable', checks: 'it is off again', run: 'features disable k8s', writes: { [experiments]: /"k8s": ?false/ } },
  above('config-provider', /import/), above('database', /backups/), above('oauth-consumers', /create/),
  { command: 'help', checks: 'the commands', run: 'help', prints: [/accesslogs/, /webhooks/] },
  { command: 'version', checks: 'its own version', run: 'version', prints: /^v?4\.11\.\d+/ },
];
