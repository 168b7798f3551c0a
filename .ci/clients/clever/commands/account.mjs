// The person who is signed in.
import { PASSWORD } from '../../programs.mjs';
import { none } from './match.mjs';

export const account = [
  { command: 'profile', checks: 'the user, valid until', run: 'profile', answers: { id: '{me}', email: 'camille.martin@example.com', isTokenValid: true } },
  { command: 'profile list', checks: 'that of the environment', run: 'profile list', answers: [{ alias: '$env', id: '{me}', isProfileActive: true }] },
  { command: 'diag', checks: 'signed in as the user', run: 'diag', answers: { authState: 'authenticated', version: /^4\.11\./ } },
  { command: 'curl', checks: 'what is signed is answered', run: 'curl -s {API_HOST}/v2/self', prints: ['"id":"{me}"', 'camille.martin@example.com'] },
  {
    command: 'curl', checks: 'a body is sent', run: `curl -s -X PUT -H 'Content-Type: application/json' -d '{"value":"by curl"}' {API_HOST}{A:blog}/env/BY_CURL`,
    state: { '{A:blog}/env': [{ name: 'BY_CURL', value: 'by curl' }] },
  },
  { command: 'emails', checks: 'the primary and the other addresses', run: 'emails', answers: { primary: 'camille.martin@example.com', secondary: ['camille@acme.example'] } },
  { command: 'emails add', checks: 'the address is there', run: 'emails add new@acme.example', state: { '/v2/self/emails': ['new@acme.example'] } },
  { command: 'emails add', checks: 'a bad address is refused', run: 'emails add nothing', refuses: /[Ii]nvalid|not.*valid|email/ },
  { command: 'emails primary', checks: 'the two change places', run: 'emails primary camille@acme.example', state: { '/v2/self': { email: 'camille@acme.example' }, '/v2/self/emails': ['camille.martin@example.com'] } },
  { command: 'emails remove', checks: 'the address is gone', run: 'emails remove new@acme.example', state: { '/v2/self/emails': none('new@acme.example') } },
  { command: 'emails remove-all', checks: 'only the primary one is left', run: 'emails remove-all --yes', state: { '/v2/self/emails': { length: 0 }} },
  { command: 'ssh-keys', checks: 'names, fingerprints and keys', run: 'ssh-keys', answers: [{ name: 'laptop', fingerprint: /.{20}/, key: /^ssh-ed25519 / }] },
  {
    command: 'ssh-keys add', checks: 'the key is there, also under a name with a space', run: "ssh-keys add 'new key' id.pub",
    files: { 'id.pub': 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ci@example.com\n' },
    state: { '/v2/self/keys': [{ name: 'new key', key: /AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl/ }] },
  },
  { command: 'ssh-keys remove', checks: 'the key is gone', run: 'ssh-keys remove laptop', state: { '/v2/self/keys': none({ name: 'laptop' }) } },
  { command: 'ssh-keys remove-all', checks: 'no key is left', run: 'ssh-keys remove-all --yes', state: { '/v2/self/keys': { length: 0 } } },
  { command: 'tokens', checks: 'names, states and dates of the API tokens', run: 'tokens', answers: [{ name: 'ci', state: 'ACTIVE', apiTokenId: /./, expirationDate: /^20/ }] },
  {
    command: 'tokens create', checks: 'with the password, a token that the bridge lists', run: 'tokens create made --expiration 7d', types: PASSWORD,
    prints: /made|token/, state: { '/api-tokens': [{ name: 'made', state: 'ACTIVE' }] },
  },
  { command: 'tokens create', checks: 'a wrong password is refused', run: 'tokens create other', types: 'not it', refuses: /Invalid credentials/ },
  { command: 'tokens revoke', checks: 'the token is gone', find: { token: ['/api-tokens', /"apiTokenId":"([^"]+)"[^{}]*"name":"made"/] }, run: 'tokens revoke {token}', state: { '/api-tokens': none({ name: 'made' }) } },
];
