// What needs HTTPS: the git of the command line, and events that are followed.
const repository = [
  'git init --quiet', 'git add app.js', 'git -c user.name=ci -c user.email=ci@example.com commit --quiet -m first',
  "create --type node --org 'Acme Corp' pushed",
];

export const git = [
  { command: 'deploy', checks: 'the push, the build with its logs, and instances of that commit', files: { 'app.js': 'console.log(1)\n' }, first: repository, run: 'deploy --alias pushed', prints: /success/i, state: { '{A:pushed}': { state: 'SHOULD_BE_UP' }, '{A:pushed}/instances': [{ state: 'UP', commit: /^[0-9a-f]{40}$/ }] }, within: 20 },
  { command: 'deploy', checks: 'the same commit again is refused', run: 'deploy --alias pushed', refuses: /up-to-date|same commit/i },
  { command: 'deploy', checks: 'the same commit again, rebuilt when asked', run: 'deploy --alias pushed --same-commit-policy rebuild', prints: /success/i },
  { command: 'activity', checks: 'events while they happen', run: 'activity --follow --app worker', meanwhile: 'restart --quiet --exit-on deploy-start --app worker', shows: /IN PROGRESS|WIP/ },
];
