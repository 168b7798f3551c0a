// Network groups, their members and their peers.
import { many, none } from './match.mjs';

const groups = '/v4/networkgroups/organisations/{Acme Corp}/networkgroups';
const group = { group: [groups, /"id":"(ng_[^"]+)"[^{}]*"label":"backend"/] };
const acme = "--org 'Acme Corp'";

export const networks = [
  { command: 'ng create', checks: 'description, tags, members', run: `ng create backend --description 'What talks' --tags one,two --link {api} ${acme}`, state: { [groups]: [{ label: 'backend', description: 'What talks', tags: ['one', 'two'], members: [{ id: '{api}', kind: 'APPLICATION' }] }] } },
  { command: 'ng', checks: 'every group', find: group, run: `ng ${acme}`, answers: [{ id: '{group}', label: 'backend', networkIp: /^10\./ }] },
  { command: 'ng get', checks: 'the group with its members', run: `ng get backend ${acme}`, answers: { id: '{group}', label: 'backend', members: [{ id: '{api}' }] } },
  { command: 'ng search', checks: 'what the text is part of', run: `ng search back ${acme}`, prints: /backend/ },
  { command: 'ng link', checks: 'an add-on is a member', run: `ng link {shop-db.realId} backend ${acme}`, state: { [`${groups}/{group}`]: { members: [{ id: '{shop-db.realId}', kind: 'ADDON' }, { id: '{api}' }] } } },
  { command: 'ng unlink', checks: 'it is no member', run: `ng unlink {shop-db.realId} backend ${acme}`, state: { [`${groups}/{group}`]: { members: [none({ id: '{shop-db.realId}' }), { id: '{api}' }] } } },
  { command: 'ng create external', checks: 'a peer with a key of its own', run: `ng create external laptop backend q7hVKJDW9DFCqzXHzPbMsE5wU2VjTZvFLrVvGZ0eQ1Y= ${acme}`, state: { [`${groups}/{group}`]: { peers: [{ label: 'laptop', publicKey: 'q7hVKJDW9DFCqzXHzPbMsE5wU2VjTZvFLrVvGZ0eQ1Y=' }] } } },
  { command: 'ng get-config', checks: 'a WireGuard configuration', run: `ng get-config laptop backend ${acme}`, prints: [/\[Interface\]/, /\[Peer\]|PrivateKey/] },
  { command: 'ng delete external', checks: 'the peer and its member are gone', run: `ng delete external laptop backend ${acme}`, state: { [`${groups}/{group}`]: { peers: none({ label: 'laptop' }), members: many(1) } } },
  { command: 'ng delete', checks: 'the group is gone', run: `ng delete backend ${acme}`, state: { [groups]: none({ label: 'backend' }) } },
];
