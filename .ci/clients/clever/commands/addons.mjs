// Add-ons, and what is linked to an application.
import { none } from './match.mjs';

const acme = (members) => ({ '/v2/summary': { organisations: [{ name: 'Acme Corp', ...members }] } });

export const addons = [
  { command: 'addon', checks: 'those of the personal space', run: 'addon', answers: [{ addonId: '{blog-files}', name: 'blog-files', providerId: 'cellar-addon' }] },
  { command: 'addon list', checks: 'plan, zone and both ids of those of an organisation', run: "addon list --org 'Acme Corp'", answers: [{ addonId: '{shop-db}', realId: '{shop-db.realId}', planSlug: 's_med', region: 'par', providerId: 'postgresql-addon' }] },
  { command: 'addon providers', checks: 'every provider', run: 'addon providers', prints: [/postgresql-addon/, /redis-addon/, /keycloak/, /config-provider/] },
  { command: 'addon providers show', checks: 'zones, plans, versions', run: 'addon providers show postgresql-addon', prints: [/par/, /dev/, /version/i] },
  { command: 'addon create', checks: 'plan, zone and version; its variables are there', run: "addon create postgresql-addon made-db --plan xs_sml --region rbx --addon-version 15 --org 'Acme Corp' --yes", answers: { name: 'made-db', id: /^addon_/ }, state: acme({ addons: [{ name: 'made-db', providerId: 'postgresql-addon' }] }) },
  { command: 'addon create', checks: 'linked to an application', first: ['link {storefront} --alias shop'], run: "addon create redis-addon made-cache --link shop --org 'Acme Corp' --yes", state: { '{A:storefront}/addons': [{ name: 'made-cache' }] } },
  { command: 'addon create', checks: 'an unknown plan is refused', run: "addon create postgresql-addon other --plan enormous --org 'Acme Corp' --yes", refuses: /enormous|plan/i },
  { command: 'addon env', checks: 'names and values, by the real id', run: 'addon env {made-db.realId}', answers: { POSTGRESQL_ADDON_DB: /./, POSTGRESQL_ADDON_URI: /^postgresql:\/\// } },
  { command: 'addon rename', checks: 'the name', run: 'addon rename {made-db} renamed-db', state: acme({ addons: [{ name: 'renamed-db' }, none({ name: 'made-db' })] }) },
  { command: 'addon delete', checks: 'the link of one that is linked goes with it', run: 'addon delete {made-cache} --yes', state: { '{A:storefront}/addons': [none({ name: 'made-cache' }), { name: 'shop-cache' }] } },
  { command: 'addon delete', checks: 'the add-on is gone', run: 'addon delete {renamed-db} --yes', state: acme({ addons: none({ name: 'renamed-db' }) }) },
  { command: 'service', checks: 'applications and add-ons, linked or not', run: 'service --app storefront', answers: { applications: [{ name: 'api', isLinked: true }], addons: [{ name: 'shop-cache', isLinked: true }] } },
  { command: 'service link-addon', checks: 'the link, and its variables for the application', run: 'service link-addon legacy-db --app storefront', state: { '{A:storefront}/addons': [{ name: 'legacy-db' }], '{A:storefront}/addons/env': [{ env: [{ name: 'MYSQL_ADDON_HOST' }] }] } },
  { command: 'service unlink-addon', checks: 'the link and its variables are gone', run: 'service unlink-addon legacy-db --app storefront', state: { '{A:storefront}/addons': none({ name: 'legacy-db' }), '{A:storefront}/addons/env': none({ env: [{ name: 'MYSQL_ADDON_HOST' }] }) } },
  { command: 'service link-app', checks: 'the dependency', run: 'service link-app worker --app storefront', state: { '{A:storefront}/dependencies': [{ name: 'worker' }, { name: 'api' }] } },
  { command: 'service unlink-app', checks: 'the dependency is gone', run: 'service unlink-app worker --app storefront', state: { '{A:storefront}/dependencies': [none({ name: 'worker' }), { name: 'api' }] } },
  { command: 'database backups', checks: 'ids, dates and states', run: 'database backups {shop-db}', answers: [{ backupId: /./, creationDate: /^20/, status: /./ }] },
  { command: 'database backups download', checks: 'a file that is not empty', find: { backup: ['database backups {shop-db} --format json', /"backupId": "([^"]+)"/] }, run: 'database backups download {shop-db} {backup} --output dump', writes: { dump: /^.{4}/s } },
  { command: 'config-provider list', checks: 'those of every owner', run: 'config-provider list', prints: 'shared-settings' },
  { command: 'config-provider get', checks: 'names and values', run: 'config-provider get shared-settings', answers: [{ name: 'FEATURE_NEW_CART', value: 'true' }] },
  { command: 'config-provider set', checks: 'the variable, also for an application that is linked', run: 'config-provider set shared-settings BY_CI yes', state: { '/v4/addon-providers/config-provider/addons/{shared-settings.realId}/env': [{ name: 'BY_CI', value: 'yes' }, { name: 'FEATURE_NEW_CART' }], '{A:storefront}/addons/env': [{ env: [{ name: 'BY_CI', value: 'yes' }] }] } },
  { command: 'config-provider rm', checks: 'the variable is gone, the others stay', run: 'config-provider rm shared-settings BY_CI', state: { '/v4/addon-providers/config-provider/addons/{shared-settings.realId}/env': [none({ name: 'BY_CI' }), { name: 'FEATURE_NEW_CART' }] } },
  { command: 'config-provider import', checks: 'the lines of standard input replace everything', run: 'config-provider import shared-settings', input: 'ONLY=this\n', state: { '/v4/addon-providers/config-provider/addons/{shared-settings.realId}/env': [{ name: 'ONLY', value: 'this' }, none({ name: 'FEATURE_NEW_CART' })] } },
];
