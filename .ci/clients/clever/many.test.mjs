// More than sixty commands of @clevercloud/client against the emulator, with
// both kinds of credential. Each says what must be true of its answer.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CcApiClient } from '@clevercloud/client/cc-api-client.js';
import { emulator } from '../programs.mjs';
import { bearerClient, oauthTokens } from './library.mjs';

const is = (key, value) => (answer) => assert.equal(answer[key], value);
const list = (least) => (answer) => assert.ok(Array.isArray(answer) && answer.length >= least, JSON.stringify(answer)?.slice(0, 200));
const something = (answer) => assert.ok(answer !== null && answer !== undefined);
const nothing = () => {};

async function story(send) {
  const { email } = await send('profile/get-profile', undefined, (me) => assert.match(me.id, /^user_/));
  assert.match(email, /@/);
  await send('profile/list-profile-email-address', undefined, something);
  await send('ssh-key/list-personal-ssh-key', undefined, list(1));
  await send('oauth-token/list-oauth-token', undefined, list(1));
  await send('organisation/get-organisation-summaries', undefined, something);
  const owners = await send('organisation/list-organisation', { withPersonalOrganisation: true }, list(3));
  const ownerId = owners.find((owner) => owner.name === 'Acme Corp').id;
  await send('organisation/get-organisation', { organisationId: ownerId }, is('name', 'Acme Corp'));
  await send('organisation/list-organisation-member', { organisationId: ownerId }, list(3));

  await send('zone/list-zone', undefined, list(8));
  await send('zone/get-zone', { zoneName: 'par' }, is('name', 'par'));
  await send('product/list-product-runtime', undefined, list(10));
  await send('product/list-product-addon', {}, list(10));
  await send('price-system/get-price-system', { zone: 'par', currency: 'EUR', ownerId }, something);

  const applications = await send('application/list-application', { ownerId }, list(10));
  const applicationId = applications.find((application) => application.name === 'storefront').id;
  const app = { ownerId, applicationId };
  await send('application/get-application', { applicationId }, is('name', 'storefront'));
  await send('environment/create-or-update-environment-variable', { applicationId, name: 'FROM_LIBRARY', value: 'y' }, nothing);
  await send('environment/get-environment', { applicationId }, ({ environment }) =>
    assert.ok(environment.some((variable) => variable.name === 'FROM_LIBRARY' && variable.value === 'y')));
  await send('environment/delete-environment-variable', { applicationId, name: 'FROM_LIBRARY' }, nothing);
  await send('environment/get-exposed-environment', { applicationId }, something);
  await send('instance/list-application-instance', { applicationId }, list(1));
  const deployments = await send('deployment/list-deployment', { applicationId }, list(1));
  await send('deployment/get-deployment', { applicationId, deploymentId: deployments[0].id }, is('id', deployments[0].id));
  await send('domain/list-domain', { applicationId }, list(1));
  await send('domain/get-primary-domain', { applicationId }, something);
  await send('load-balancer/get-load-balancer-info', { ...app, kind: 'default' }, something);
  await send('metrics/get-metrics', { ...app, metrics: ['cpu', 'mem'], interval: 'P1D', span: 'PT1H' }, something);
  const { port } = await send('tcp-redirection/create-tcp-redirection', { applicationId, namespace: 'default' }, (made) => assert.ok(made.port > 0));
  await send('tcp-redirection/list-tcp-redirection', { applicationId }, (all) => assert.ok(all.some((one) => one.port === port)));
  await send('tcp-redirection/list-tcp-redirection-namespace', { ownerId }, list(1));
  await send('tcp-redirection/delete-tcp-redirection', { applicationId, namespace: 'default', port }, nothing);
  const target = { type: 'RAW_HTTP', url: 'https://logs.example.com' };
  const { id: drainId } = await send('log-drain/create-log-drain', { ...app, kind: 'LOG', target }, (made) => assert.ok(made.id));
  await send('log-drain/list-log-drain', app, list(1));
  await send('log-drain/disable-log-drain', { ...app, drainId }, nothing);
  await send('log-drain/delete-log-drain', { ...app, drainId }, nothing);
  await send('application/deploy-application', { applicationId }, something);
  await send('application/undeploy-application', { applicationId }, nothing);

  const addons = await send('addon/list-addon', { ownerId }, list(5));
  const addon = (name) => ({ ownerId, addonId: addons.find((one) => one.name === name).id });
  await send('addon/get-addon', { addonId: addon('shop-db').addonId }, is('name', 'shop-db'));
  await send('backup/list-backup', addon('shop-db'), list(1));
  await send('migration/list-migration', addon('shop-db'), list(0));
  await send('config-provider/get-config-provider', addon('shared-settings'), something);
  await send('materia/get-materia-info', addon('sessions'), something);

  const invoices = await send('invoice/list-invoice', { ownerId }, list(2));
  const invoice = { ownerId, invoiceNumber: invoices[0].invoiceNumber ?? invoices[0].number };
  await send('invoice/get-invoice', invoice, something);
  await send('invoice/get-invoice-pdf', invoice, something);
  await send('invoice/get-invoice-html', invoice, something);
  await send('invoice/list-unpaid-invoice', { ownerId }, list(1));
  await send('credits/get-credits-summary', { ownerId }, something);
  await send('payment-method/list-payment-method', { ownerId }, list(0));
  await send('vat-number/check-vat-number', { country: 'FR', vatNumber: 'FR12345678901' }, something);
  await send('grafana/get-grafana', { ownerId }, nothing);
  await send('warp-token/get-warp-token', { ownerId }, something);

  await send('notification/get-notification-info', undefined, something);
  await send('notification/list-email-notification', { ownerId }, list(0));
  const { id: webhookNotificationId } = await send('notification/create-webhook-notification',
    { ownerId, name: 'library', urls: [{ format: 'raw', url: 'https://hook.example.com' }] }, (made) => assert.ok(made.id));
  await send('notification/list-webhook-notification', { ownerId }, (all) => assert.ok(all.some((one) => one.id === webhookNotificationId)));
  await send('notification/delete-webhook-notification', { ownerId, webhookNotificationId }, nothing);
  const consumers = await send('oauth-consumer/list-oauth-consumer', { ownerId }, list(1));
  const consumer = { ownerId, oauthConsumerKey: consumers[0].key };
  await send('oauth-consumer/get-oauth-consumer', consumer, is('key', consumers[0].key));
  await send('oauth-consumer/get-oauth-consumer-secret', consumer, something);
  await send('github/get-github-username', undefined, something);
  await send('github/list-github-application', undefined, list(0));
  const group = await send('network-group/create-network-group', { ownerId, label: 'library', members: [{ id: applicationId, label: 'app' }] }, something);
  await send('network-group/list-network-group', { ownerId }, list(1));
  await send('network-group/search-network-group', { ownerId, query: 'library' }, list(1));
  await send('network-group/delete-network-group', { ownerId, networkGroupId: group.id }, nothing);
}

const emulated = await emulator();
const clients = {
  OAuth: new CcApiClient({ baseUrl: emulated.API_HOST, authMethod: { type: 'oauth-v1', oauthTokens: oauthTokens(emulated) } }),
  Bearer: bearerClient(emulated, emulated.CLEVER_API_TOKEN),
};

for (const [kind, client] of Object.entries(clients)) {
  test(`more than sixty commands with ${kind}`, async () => {
    const sent = new Set();
    await story(async (name, parameters, check) => {
      const [Command] = Object.values(await import(`@clevercloud/client/cc-api-commands/${name}-command.js`));
      let answer;
      try {
        answer = await client.send(new Command(parameters));
        check(answer);
      } catch (error) {
        throw new Error(`${name}: ${error.message}`, { cause: error });
      }
      sent.add(name);
      return answer;
    });
    assert.ok(sent.size >= 60, `only ${sent.size} commands were sent`);
  });
}
