// @clevercloud/client against the emulator, with both kinds of credential.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CcApiClient } from '@clevercloud/client/cc-api-client.js';
import { CcApiBridgeClient } from '@clevercloud/client/cc-api-bridge-client.js';
import { ListAddonCommand } from '@clevercloud/client/cc-api-commands/addon/list-addon-command.js';
import { GetApplicationCommand } from '@clevercloud/client/cc-api-commands/application/get-application-command.js';
import { ListApplicationCommand } from '@clevercloud/client/cc-api-commands/application/list-application-command.js';
import { ListDeploymentCommand } from '@clevercloud/client/cc-api-commands/deployment/list-deployment-command.js';
import { ListDomainCommand } from '@clevercloud/client/cc-api-commands/domain/list-domain-command.js';
import { GetEnvironmentCommand } from '@clevercloud/client/cc-api-commands/environment/get-environment-command.js';
import { ListOauthTokenCommand } from '@clevercloud/client/cc-api-commands/oauth-token/list-oauth-token-command.js';
import { ListOrganisationCommand } from '@clevercloud/client/cc-api-commands/organisation/list-organisation-command.js';
import { GetProfileCommand } from '@clevercloud/client/cc-api-commands/profile/get-profile-command.js';
import { ListZoneCommand } from '@clevercloud/client/cc-api-commands/zone/list-zone-command.js';
import { CreateApiTokenCommand } from '@clevercloud/client/cc-api-bridge-commands/api-token/create-api-token-command.js';
import { DeleteApiTokenCommand } from '@clevercloud/client/cc-api-bridge-commands/api-token/delete-api-token-command.js';
import { ListApiTokenCommand } from '@clevercloud/client/cc-api-bridge-commands/api-token/list-api-token-command.js';
import { emulator, PASSWORD } from '../programs.mjs';
import { bearerClient, oauthTokens } from './library.mjs';

const emulated = await emulator();

const clients = {
  OAuth: new CcApiClient({ baseUrl: emulated.API_HOST, authMethod: { type: 'oauth-v1', oauthTokens: oauthTokens(emulated) } }),
  Bearer: bearerClient(emulated, emulated.CLEVER_API_TOKEN),
};

for (const [kind, client] of Object.entries(clients)) {
  test(`${kind}: profile, organisations, zones`, async () => {
    const profile = await client.send(new GetProfileCommand());
    assert.match(profile.id, /^user_/);
    const organisations = await client.send(new ListOrganisationCommand({ withPersonalOrganisation: true }));
    assert.ok(organisations.length >= 2);
    const zones = await client.send(new ListZoneCommand());
    assert.ok(zones.some((zone) => zone.name === 'par'));
  });

  test(`${kind}: applications, and one of each with its owner looked up`, async () => {
    const organisations = await client.send(new ListOrganisationCommand({ withPersonalOrganisation: true }));
    const lists = await Promise.all(organisations.map(({ id }) => client.send(new ListApplicationCommand({ ownerId: id }))));
    const applications = lists.flat();
    assert.ok(applications.length >= 5);
    for (const { id: applicationId, name } of applications) {
      const application = await client.send(new GetApplicationCommand({ applicationId }));
      assert.equal(application.name, name);
      const { environment } = await client.send(
        new GetEnvironmentCommand({ applicationId, includeLinkedAddons: true, includeLinkedApplications: true }),
      );
      assert.ok(Array.isArray(environment));
      assert.ok(Array.isArray(await client.send(new ListDeploymentCommand({ applicationId }))));
      assert.ok(Array.isArray(await client.send(new ListDomainCommand({ applicationId }))));
    }
  });

  test(`${kind}: add-ons with their variables`, async () => {
    const organisations = await client.send(new ListOrganisationCommand({ withPersonalOrganisation: true }));
    const lists = await Promise.all(organisations.map(({ id }) => client.send(new ListAddonCommand({ ownerId: id }))));
    const [addon] = lists.flat();
    const { environment } = await client.send(new GetEnvironmentCommand({ addonId: addon.id }));
    assert.ok(environment.length > 0);
  });

  test(`${kind}: what does not exist is null, as on the platform`, async () => {
    const nothing = await client.send(new GetApplicationCommand({ applicationId: 'app_00000000-0000-4000-8000-000000000000' }));
    assert.equal(nothing, null);
  });
}

test('OAuth: the tokens of the user', async () => {
  const tokens = await clients.OAuth.send(new ListOauthTokenCommand());
  assert.ok(tokens.length > 0);
});

test('bridge: an API token is made, listed and deleted', async () => {
  const bridge = new CcApiBridgeClient({ baseUrl: emulated.AUTH_BRIDGE_HOST, oauthTokens: oauthTokens(emulated) });
  const { email } = await clients.OAuth.send(new GetProfileCommand());
  const made = await bridge.send(
    new CreateApiTokenCommand({ email, password: PASSWORD, name: 'library', expirationDate: new Date(Date.now() + 86_400_000) }),
  );
  const ids = async () => (await bridge.send(new ListApiTokenCommand())).map((token) => token.apiTokenId);
  assert.ok((await ids()).includes(made.apiTokenId));
  assert.match((await bearerClient(emulated, made.apiToken).send(new GetProfileCommand())).id, /^user_/);
  await bridge.send(new DeleteApiTokenCommand({ apiTokenId: made.apiTokenId }));
  assert.ok(!(await ids()).includes(made.apiTokenId));
});

test('a wrong token is refused with 401', async () => {
  await assert.rejects(bearerClient(emulated, 'wrong').send(new GetProfileCommand()), (error) => error.response.status === 401);
});
