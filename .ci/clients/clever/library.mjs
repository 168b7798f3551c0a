// What @clevercloud/client needs to be told to speak to an emulator.
import { CcApiClient } from '@clevercloud/client/cc-api-client.js';

// The public consumer of the `clever` command line: worth nothing without a token.
export const oauthTokens = (emulated) => ({
  consumerKey: 'T5nFjKeHH4AIlEveuGhB5S3xg8T19e',
  consumerSecret: 'MgVMqTr6fWlf2M0tkC2MXOnhfqBWDT',
  token: emulated.CLEVER_TOKEN,
  secret: emulated.CLEVER_SECRET,
});

export const bearerClient = (emulated, apiToken) =>
  new CcApiClient({ baseUrl: emulated.AUTH_BRIDGE_HOST, authMethod: { type: 'api-token', apiToken } });
